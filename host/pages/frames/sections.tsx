import { useId, useState } from 'react';
import ChevronDownIcon from '@atlaskit/icon/core/chevron-down';
import ChevronRightIcon from '@atlaskit/icon/core/chevron-right';
import type { AppModule } from '../host-api';
import { ForgeFrame, type FrameTarget } from './forge-frame';

interface Props {
  readonly module: AppModule;
  readonly issue: FrameTarget;
  /** The app asked the page to load its data again. */
  readonly onChange: () => void;
}

/** A panel of the app in the main column. */
export function PanelSection({ module, issue, onChange }: Props) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{module.title}</h2>
      <ForgeFrame module={module} issue={issue} onChange={onChange} />
    </section>
  );
}

/** A context section of the app in the right column; it opens and closes, as Jira's do. */
export function ContextSection({ module, issue, onChange }: Props) {
  const id = useId();
  const [open, setOpen] = useState(true);
  const Icon = open ? ChevronDownIcon : ChevronRightIcon;
  return (
    <section className="card">
      <h2 className="card-toggle">
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {module.title}
          <Icon label="" size="small" />
        </button>
      </h2>
      <div id={id} hidden={!open}>
        {open ? <ForgeFrame module={module} issue={issue} onChange={onChange} /> : null}
      </div>
    </section>
  );
}
