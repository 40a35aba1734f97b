import type { IssueRecord } from '../entities';
import type { TransitionRecord } from '../entities-workflow';
import { byId, mustById, type Jira } from '../store';
import { transitionScreen } from '../workflow/engine';
import { formatStatus } from './issue';
import { fieldMetadata } from './metadata';

/** A transition an issue may make now (`IssueTransition`), with its screen's fields on request. */
export function formatTransition(
  jira: Jira,
  issue: IssueRecord,
  transition: TransitionRecord,
  expand: readonly string[],
) {
  const screen = transitionScreen(jira, transition);
  const fields = (screen ?? []).filter((id) => byId(jira.state.fields, id)?.forge?.readOnly !== true);
  return {
    id: transition.id,
    name: transition.name,
    to: formatStatus(jira, mustById(jira.state.statuses, transition.toStatusId)),
    hasScreen: screen !== undefined,
    isGlobal: transition.type === 'GLOBAL',
    isInitial: transition.type === 'INITIAL',
    isAvailable: true,
    isConditional: transition.conditions !== undefined,
    isLooped: transition.links.some((link) => link.fromStatusId === transition.toStatusId),
    ...(expand.includes('transitions.fields')
      ? { fields: fieldMetadata(jira, issue, fields, requiredFields(transition)) }
      : {}),
  };
}

/** Fields that a validator demands show as required on the transition's screen. */
const requiredFields = (transition: TransitionRecord): string[] =>
  transition.validators
    .filter((rule) => rule.parameters['ruleType'] === 'fieldRequired')
    .flatMap((rule) => (rule.parameters['fieldsRequired'] ?? '').split(','));
