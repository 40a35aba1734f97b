import * as v from 'valibot';
import type { PanelPlaces } from '../frames';

const StateSchema = v.record(v.string(), v.array(v.string()));

/** Panels that users added to single issues; Jira keeps this per issue and has no REST call for it. */
export interface AddedPanels extends PanelPlaces {
  add(issueId: string, moduleKey: string): void;
  remove(issueId: string, moduleKey: string): void;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
}

/** Makes the places; `pinned` asks the site which panels its projects have. */
export function createPanelPlaces(
  pinned: (projectIdOrKey: string) => readonly string[],
  onChange: () => void,
): AddedPanels {
  let byIssue: Record<string, string[]> = {};
  return {
    pinned,
    added: (issueId) => byIssue[issueId] ?? [],
    add(issueId, moduleKey) {
      byIssue[issueId] = [...new Set([...(byIssue[issueId] ?? []), moduleKey])];
      onChange();
    },
    remove(issueId, moduleKey) {
      byIssue[issueId] = (byIssue[issueId] ?? []).filter((key) => key !== moduleKey);
      onChange();
    },
    snapshot: () => byIssue,
    restore(state) {
      byIssue = v.parse(StateSchema, state);
    },
    clear() {
      byIssue = {};
    },
  };
}
