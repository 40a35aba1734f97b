import { useId, useState } from 'react';
import { IconButton } from '@atlaskit/button/new';
import ChevronDownIcon from '@atlaskit/icon/core/chevron-down';
import ChevronRightIcon from '@atlaskit/icon/core/chevron-right';
import CloseIcon from '@atlaskit/icon/core/close';
import type { AppModule } from '../host-api';
import { ModuleFrame } from '../ui-kit/module-frame';

interface Props {
  readonly module: AppModule;
  readonly issueId: string;
  /** The app asked the page to load its data again. */
  readonly onChange: () => void;
}

/** A panel of the app in the main column. */
export function PanelSection({
  module,
  issueId,
  onChange,
  onRemove,
}: Props & { readonly onRemove?: () => void }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{module.title}</h2>
        {onRemove ? (
          <IconButton
            icon={CloseIcon}
            label={`Hide ${module.title}`}
            spacing="compact"
            appearance="subtle"
            onClick={onRemove}
          />
        ) : null}
      </div>
      <ModuleFrame module={module} place={{ issue: issueId }} onChange={onChange} />
    </section>
  );
}

/** A context section of the app in the right column; it opens and closes, as Jira's do. */
export function ContextSection({ module, issueId, onChange }: Props) {
  const id = useId();
  const [open, setOpen] = useState(true);
  const Icon = open ? ChevronDownIcon : ChevronRightIcon;
  return (
    <section className="card">
      <h2 className="card-toggle">
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {module.label ?? module.title}
          <Icon label="" size="small" />
        </button>
      </h2>
      <div id={id} hidden={!open}>
        {open ? <ModuleFrame module={module} place={{ issue: issueId }} onChange={onChange} /> : null}
      </div>
    </section>
  );
}
