import { useState, type FormEvent } from 'react';
import Button from '@atlaskit/button/new';
import Tabs, { Tab, TabList, TabPanel } from '@atlaskit/tabs';
import TextArea from '@atlaskit/textarea';
import { adfFromText } from '../adf/from-text';
import { Adf } from '../adf/render';
import { addComment } from '../rest/jira';
import type { Comment, History, Issue } from '../rest/shapes';
import { useFlags } from '../shell/flags';
import { Initials } from '../shell/person';
import { useSession } from '../shell/session';
import { Moment } from './time';

function CommentForm({ issue, onDone }: { readonly issue: Issue; readonly onDone: () => void }) {
  const flags = useFlags();
  const { me } = useSession();
  const [text, setText] = useState('');
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await addComment(issue.key, adfFromText(text));
      setText('');
      onDone();
    } catch (error) {
      flags.refused('The comment was not saved', error);
    }
  };
  return (
    <form className="entry" onSubmit={(event) => void save(event)}>
      <Initials name={me.displayName} />
      <div className="entry-body">
        <TextArea
          aria-label="Add a comment"
          placeholder="Add a comment…"
          minimumRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {text.trim() === '' ? null : (
          <div className="entry-actions">
            <Button type="submit" appearance="primary">
              Save comment
            </Button>
            <Button appearance="subtle" onClick={() => setText('')}>
              Discard
            </Button>
          </div>
        )}
      </div>
    </form>
  );
}

function CommentEntry({ comment }: { readonly comment: Comment }) {
  const name = comment.author?.displayName ?? 'Anonymous';
  return (
    <li className="entry">
      <Initials name={name} />
      <div className="entry-body">
        <p className="entry-head">
          <strong>{name}</strong> <Moment at={comment.created} />
          {comment.updated === comment.created ? null : <span> · edited</span>}
        </p>
        <Adf node={comment.body} />
      </div>
    </li>
  );
}

const shownText = (text: string | null | undefined): string =>
  text === null || text === undefined || text === '' ? 'None' : text;

function HistoryEntry({ history }: { readonly history: History }) {
  const name = history.author?.displayName ?? 'Anonymous';
  return (
    <li className="entry">
      <Initials name={name} />
      <div className="entry-body">
        {history.items.map((item, index) => (
          <div key={index}>
            <p className="entry-head">
              <strong>{name}</strong> changed the <strong>{item.field}</strong>{' '}
              <Moment at={history.created} />
            </p>
            <p className="entry-change">
              {shownText(item.fromString)} <span aria-label="to">→</span> {shownText(item['toString'])}
            </p>
          </div>
        ))}
      </div>
    </li>
  );
}

/** Comments and history of an issue, newest last. */
export function Activity({ issue, onDone }: { readonly issue: Issue; readonly onDone: () => void }) {
  const comments = issue.fields.comment?.comments ?? [];
  const histories = [...(issue.changelog?.histories ?? [])].sort((a, b) =>
    a.created.localeCompare(b.created),
  );
  return (
    <section className="activity" aria-labelledby="activity-title">
      <h2 id="activity-title">Activity</h2>
      <Tabs id="activity">
        <TabList>
          <Tab>Comments</Tab>
          <Tab>History</Tab>
        </TabList>
        <TabPanel>
          <div className="entries">
            <ul aria-label="Comments">
              {comments.map((comment) => (
                <CommentEntry key={comment.id} comment={comment} />
              ))}
            </ul>
            <CommentForm issue={issue} onDone={onDone} />
          </div>
        </TabPanel>
        <TabPanel>
          <div className="entries">
            {histories.length === 0 ? (
              <p className="subtle">Nothing has changed since this issue was created.</p>
            ) : null}
            <ul aria-label="History">
              {histories.map((history) => (
                <HistoryEntry key={history.id} history={history} />
              ))}
            </ul>
          </div>
        </TabPanel>
      </Tabs>
    </section>
  );
}
