import type { ChangeStatus } from '#core/change/status';
import { evidenceRules } from '#core/evidence/rules';
import type { RanBeforeView, SiblingView } from '#core/panel/ran-before';
import { environments, type Environment } from '#core/protocol/claims';
import { findConnection, type Settings } from '#core/settings/settings';
import type { Ports } from '../ports';
import type { IssueRef } from '../save-draft';
import { connectionRefusal } from '../submit-change';
import { findEvidence } from './find-evidence';

/** Statuses in which running it below first still makes sense. */
const open: ReadonlySet<ChangeStatus> = new Set(['draft', 'in-review', 'approved', 'failed']);

/** What ran before, for everybody who sees the change. Of a draft only where it could go: it has no structure yet. */
export async function showRanBefore(ports: Ports, issue: IssueRef): Promise<RanBeforeView> {
  const [settings, { state }] = await Promise.all([ports.settings.read(), ports.ledger.read(issue.id)]);
  const { revision } = state;
  const draft = revision ? undefined : await ports.drafts.read(issue.id);
  const key = revision?.connection ?? draft?.content.connection ?? '';
  const info = findConnection(settings, key)?.info;
  const environment = revision?.environment ?? info?.environment;
  if (environment === undefined) {
    return {
      required: false,
      environments: [],
      maxAgeDays: 1,
      missing: null,
      runs: [],
      below: [],
      above: [],
    };
  }
  const places = {
    below: open.has(state.status) ? siblingsOf(settings, (other) => rank(other) < rank(environment)) : [],
    above:
      state.status === 'succeeded' ? siblingsOf(settings, (other) => rank(other) > rank(environment)) : [],
  };
  const content = revision ? await ports.archive.revision(issue.id, revision.number) : undefined;
  if (!content) {
    const rules = evidenceRules(info ?? { environment }, findConnection(settings, key)?.policy);
    return { ...rules, environments: [...rules.environments], missing: null, runs: [], ...places };
  }
  const { rules, found, missing } = await findEvidence(ports, content, environment);
  return {
    ...rules,
    environments: [...rules.environments],
    missing,
    runs: found.map(({ issueId: _id, receipt: _receipt, ...run }) => run),
    ...places,
    // Where it has run already there is nothing left to run first.
    below: places.below.filter(
      ({ environment: there }) => !found.some((run) => run.match !== null && run.environment === there),
    ),
  };
}

const rank = (environment: Environment): number => environments.indexOf(environment);

/** Connections that a change could be copied to, lowest environment first. */
function siblingsOf(settings: Settings, wanted: (environment: Environment) => boolean): SiblingView[] {
  return (settings.executor?.connections ?? [])
    .filter(({ key, environment }) => wanted(environment) && connectionRefusal(settings, key) === null)
    .map(({ key, name, environment }) => ({ connection: key, name, environment }))
    .toSorted((a, b) => rank(a.environment) - rank(b.environment));
}
