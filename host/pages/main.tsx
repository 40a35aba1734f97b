import { createRoot } from 'react-dom/client';
import '@atlaskit/css-reset';
import { App } from './app';
import './styles/shell.css';
import './styles/issue.css';
import './styles/lists.css';
import './styles/dashboards.css';
import './styles/inspector.css';
import './styles/ui-kit.css';
import './styles/terminal.css';

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no #root');
createRoot(root).render(<App />);
