// The resolver of the issue panel. It carries PostgreSQL's grammar to review SQL, which nothing else may load.
export { panelResolver } from './functions/panel-resolver';
