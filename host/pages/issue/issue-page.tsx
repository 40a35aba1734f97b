import { useEffect } from 'react';
import Button from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import AppsIcon from '@atlaskit/icon/core/apps';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { Adf } from '../adf/render';
import { ContextSection, PanelSection } from '../frames/sections';
import { addPanel, removePanel, type AppModule } from '../host-api';
import { Refusal, wordsOf } from '../rest/http';
import { Link } from '../routing';
import { useFlags } from '../shell/flags';
import { Activity } from './activity';
import { Details } from './details';
import { IssueTypeIcon } from './issue-type-icon';
import { Summary } from './summary';
import { TransitionMenu } from './transition-menu';
import { useIssue, type IssueView } from './use-issue';

/** The toolbar button that opens panels which this issue does not show yet. */
function AppsMenu(props: {
  readonly hidden: readonly AppModule[];
  readonly onAdd: (module: AppModule) => void;
}) {
  if (props.hidden.length === 0) return null;
  return (
    <DropdownMenu<HTMLButtonElement>
      shouldRenderToParent
      trigger={({ triggerRef, ...trigger }) => (
        <Button {...trigger} ref={triggerRef} iconBefore={AppsIcon}>
          Apps
        </Button>
      )}
    >
      <DropdownItemGroup title="Open on this issue">
        {props.hidden.map((module) => (
          <DropdownItem key={module.key} onClick={() => props.onAdd(module)}>
            {module.title}
          </DropdownItem>
        ))}
      </DropdownItemGroup>
    </DropdownMenu>
  );
}

function Breadcrumbs({ view }: { readonly view: IssueView }) {
  const { key, fields } = view.issue;
  return (
    <nav aria-label="Breadcrumbs" className="breadcrumbs">
      <Link href={`/projects/${fields.project.key}`}>{fields.project.name}</Link>
      <span aria-hidden="true">/</span>
      <IssueTypeIcon name={fields.issuetype.name} />
      <Link href={`/browse/${key}`} aria-current="page">
        {key}
      </Link>
    </nav>
  );
}

function IssueBody({ view, reload }: { readonly view: IssueView; readonly reload: () => void }) {
  const { issue, modules, transitions } = view;
  const flags = useFlags();
  const panels = modules.filter((module) => module.type === 'jira:issuePanel');
  const change = async (module: AppModule, how: typeof addPanel): Promise<void> => {
    try {
      await how(issue.id, module.key);
      reload();
    } catch (error) {
      flags.refused(`${module.title} could not be changed`, error);
    }
  };

  return (
    <div className="issue">
      <div className="issue-main">
        <Summary issue={issue} onDone={reload} />
        <div className="toolbar">
          <TransitionMenu issue={issue} transitions={transitions} onDone={reload} />
          <AppsMenu
            hidden={panels.filter((module) => !module.added)}
            onAdd={(module) => void change(module, addPanel)}
          />
        </div>
        <section aria-labelledby="description-title">
          <h2 id="description-title">Description</h2>
          {issue.fields.description ? (
            <Adf node={issue.fields.description} />
          ) : (
            <p className="subtle">No description. Use Edit in the details to add one.</p>
          )}
        </section>
        {panels
          .filter((module) => module.added)
          .map((module) => (
            <PanelSection
              key={module.key}
              module={module}
              issueId={issue.id}
              onChange={reload}
              onRemove={() => void change(module, removePanel)}
            />
          ))}
        <Activity issue={issue} onDone={reload} />
      </div>
      <aside className="issue-side" aria-label="Issue details">
        <Details issue={issue} onDone={reload} />
        {modules
          .filter((module) => module.type === 'jira:issueContext')
          .map((module) => (
            <ContextSection key={module.key} module={module} issueId={issue.id} onChange={reload} />
          ))}
      </aside>
    </div>
  );
}

/** The issue view. */
export function IssuePage({ issueKey }: { readonly issueKey: string }) {
  const { data, error, loading, reload } = useIssue(issueKey);
  const title = data ? `[${data.issue.key}] ${data.issue.fields.summary}` : issueKey;
  useEffect(() => {
    document.title = `${title} - Jira (local host)`;
  }, [title]);

  if (!data) {
    if (loading) return <Spinner size="large" label="Loading issue" />;
    const missing = error instanceof Refusal && error.status === 404;
    return (
      <SectionMessage
        appearance="error"
        title={missing ? 'This issue cannot be shown' : 'The issue did not load'}
      >
        <p>{wordsOf(error)}</p>
      </SectionMessage>
    );
  }
  return (
    <>
      <Breadcrumbs view={data} />
      {error === undefined ? null : (
        <SectionMessage appearance="warning" title="The newest state of this issue did not load">
          <p>{wordsOf(error)}</p>
        </SectionMessage>
      )}
      <IssueBody view={data} reload={reload} />
    </>
  );
}
