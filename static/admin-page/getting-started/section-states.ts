import type { AdminOverview, SetupStep } from '#core/panel/admin-contract';
import { count } from '../../shared/format';
import type { Mark } from '../components/state-mark';
import { complianceSteps } from '../components/step-names';
import { approversProblem } from '../connections/connection-words';
import type { StepBoard } from '../hooks/use-step-board';

export const sections = ['jira', 'executor', 'people', 'compliance', 'first-change'] as const;
export type SectionId = (typeof sections)[number];

/** How far a section is, and one line that says so. */
export interface SectionState {
  readonly mark: Mark;
  readonly summary: string;
}

/** The checklist as it stands, from what the app knows and from what this page found. */
export function sectionStates(
  overview: AdminOverview,
  rows: StepBoard['rows'],
): Readonly<Record<SectionId, SectionState>> {
  return {
    jira: jiraState(overview, rows),
    executor: executorState(overview),
    people: peopleState(overview),
    compliance: complianceState(overview, rows),
    'first-change': firstChangeState(overview),
  };
}

/** The section to open: the first with something to do, else the first that needs a person; null when all is done. */
export function nextSection(states: Readonly<Record<SectionId, SectionState>>): SectionId | null {
  const open = (marks: readonly Mark[]): SectionId | undefined =>
    sections.find((id) => marks.includes(states[id].mark));
  // Everything else needs Jira, even while a person has to do something there.
  if (states.jira.mark !== 'done') return 'jira';
  return open(['todo', 'broken']) ?? open(['person']) ?? null;
}

function isOf(part: 'jira' | 'compliance') {
  return (step: SetupStep): boolean => complianceSteps.has(step) === (part === 'compliance');
}

function stepsNeeding(part: 'jira' | 'compliance', rows: StepBoard['rows']): number {
  return Object.values(rows).filter((row) => {
    const last = row.report ?? row.plan;
    return last?.state === 'manual' && isOf(part)(last.step);
  }).length;
}

/** Whether something can still be made without a person. */
function hasMore(part: 'jira' | 'compliance', rows: StepBoard['rows']): boolean {
  return Object.values(rows).some(({ plan }) => plan?.state === 'todo' && isOf(part)(plan.step));
}

function drifted(part: 'jira' | 'compliance', overview: AdminOverview): number {
  return (overview.drift?.steps ?? []).filter(({ step }) => isOf(part)(step)).length;
}

function jiraState(overview: AdminOverview, rows: StepBoard['rows']): SectionState {
  const { project, operators } = overview;
  const manual = stepsNeeding('jira', rows);
  if (manual > 0 && !hasMore('jira', rows))
    return { mark: 'person', summary: `Jira refused ${count(manual, 'step', 'steps')}.` };
  if (!overview.jiraReady || project === null)
    return { mark: 'todo', summary: 'Nothing is set up in Jira yet.' };
  const wrong = drifted('jira', overview);
  if (wrong > 0)
    return { mark: 'broken', summary: `${count(wrong, 'step is', 'steps are')} not as this app made it.` };
  if (operators === null) return { mark: 'todo', summary: 'Nobody may run changes yet.' };
  return { mark: 'done', summary: `Project ${project.key} takes Query Changes.` };
}

function executorState({ executor, connections }: AdminOverview): SectionState {
  if (executor === null) return { mark: 'todo', summary: 'No executor is enrolled yet.' };
  const broken = connections.filter(({ problem }) => problem !== null).length;
  if (connections.length > 0 && broken === connections.length)
    return { mark: 'broken', summary: 'No connection of the executor can be used.' };
  return { mark: 'done', summary: `${executor.id}, version ${executor.version}.` };
}

function peopleState(overview: AdminOverview): SectionState {
  const { connections, operators } = overview;
  const named = connections.filter(({ policy }) => policy !== null);
  if (connections.length === 0) return { mark: 'todo', summary: 'Connections come with the executor.' };
  if (named.length === 0) return { mark: 'todo', summary: 'Nobody may approve yet.' };
  if (operators === null) return { mark: 'todo', summary: 'Nobody may run changes yet.' };
  const wrong = named.filter((connection) => approversProblem(connection) !== null).length;
  if (wrong > 0 || operators.problem !== null)
    return { mark: 'person', summary: 'A group is gone, empty or too small.' };
  return {
    mark: 'done',
    summary: `${named.length} of ${count(connections.length, 'connection', 'connections')} ${named.length === 1 ? 'has' : 'have'} approvers.`,
  };
}

function complianceState(overview: AdminOverview, rows: StepBoard['rows']): SectionState {
  const { filters, dashboardId, gadgetInstruction } = overview.compliance;
  if (gadgetInstruction !== null || stepsNeeding('compliance', rows) > 0)
    return { mark: 'person', summary: 'Jira did not take everything.' };
  if (filters === 0 || dashboardId === null)
    return { mark: 'todo', summary: 'No filters and no dashboard yet.' };
  if (drifted('compliance', overview) > 0)
    return { mark: 'broken', summary: 'Filters or dashboard are not as this app made them.' };
  return { mark: 'done', summary: `${count(filters, 'filter', 'filters')} and a dashboard.` };
}

function firstChangeState({ firstChange }: AdminOverview): SectionState {
  if (firstChange === null) return { mark: 'todo', summary: 'No change went the whole way yet.' };
  if (firstChange.done) return { mark: 'done', summary: `${firstChange.issueKey} succeeded.` };
  return { mark: 'todo', summary: `${firstChange.issueKey} is on its way: ${firstChange.status}.` };
}
