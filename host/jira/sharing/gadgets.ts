import type { GadgetRecord } from '../entities-sharing';
import { badRequest } from '../errors';
import { extensionAri } from '../../contract';
import type { Jira } from '../store';

/** Columns of the widest layout of a dashboard. ⚠ REST cannot set the layout. */
const COLUMNS = 3;
/** Gadgets that one dashboard holds. */
const MAX_GADGETS = 20;

/** A kind of gadget that can be added. */
interface GadgetType {
  readonly moduleKey?: string;
  readonly uri?: string;
  readonly title: string;
}

const own = (key: string, title: string): GadgetType => ({
  uri: `rest/gadgets/1.0/g/com.atlassian.jira.gadgets:${key}/gadgets/${key}.xml`,
  title,
});

const JIRA_GADGETS: readonly GadgetType[] = [
  own('filter-results-gadget', 'Filter Results'),
  own('assigned-to-me-gadget', 'Assigned to Me'),
  own('pie-chart-gadget', 'Pie Chart'),
  own('two-dimensional-stats-gadget', 'Two Dimensional Filter Statistics'),
];

/**
 * Gadgets of the installed Forge app, named by their extension ARI as rules and fields are. ⚠ Nothing public confirms
 * that this part of REST knows Forge gadgets; the fault `refuseForgeGadgets` plays the other case.
 */
function forgeGadgets(jira: Jira): GadgetType[] {
  const { app } = jira;
  if (!app || jira.faults.refuseForgeGadgets) return [];
  return (app.modules['jira:dashboardGadget'] ?? []).map((module) => ({
    moduleKey: extensionAri(app, module.key),
    title: typeof module['title'] === 'string' ? module['title'] : module.key,
  }));
}

/** Every kind of gadget that dashboards of this site take. */
export const availableGadgets = (jira: Jira): GadgetType[] => [...JIRA_GADGETS, ...forgeGadgets(jira)];

/** The kind that a request names by module key or by URI. @throws JiraError 400 for none, both, or an unknown one */
export function gadgetType(
  jira: Jira,
  wanted: { readonly moduleKey?: string | undefined; readonly uri?: string | undefined },
  validate: boolean,
): GadgetType {
  const { moduleKey, uri } = wanted;
  if ((moduleKey === undefined) === (uri === undefined))
    throw badRequest('Either the module key or the URI of the gadget must be provided, but not both.');
  const known = availableGadgets(jira).find((type) =>
    uri === undefined ? type.moduleKey === moduleKey : type.uri === uri,
  );
  if (known) return known;
  const name = moduleKey ?? uri ?? '';
  // ⚠ Jira's own words for an unknown gadget are not published.
  if (validate) throw badRequest(`The gadget '${name}' does not exist or is not available.`);
  return { ...(moduleKey === undefined ? { uri: name } : { moduleKey: name }), title: name };
}

/** Refuses a gadget more than a dashboard holds. @throws JiraError 400 */
export function requireRoom(gadgets: readonly GadgetRecord[]): void {
  if (gadgets.length >= MAX_GADGETS)
    throw badRequest(
      'Cannot add another gadget. The maximum number of gadgets the dashboard can hold has been reached.',
    );
}

/**
 * The gadgets after `gadget` took its place: the others of that column at or below it move down, and its former
 * column closes the gap. @throws JiraError 400 for a place that the dashboard does not have
 */
export function placed(
  gadgets: readonly GadgetRecord[],
  gadget: GadgetRecord,
  { row, column }: GadgetRecord['position'],
): GadgetRecord[] {
  const others = without(gadgets, gadget);
  const below = inColumn(others, column);
  if (!Number.isInteger(column) || column < 0 || column >= COLUMNS) throw badRequest(noSuch('column'));
  if (!Number.isInteger(row) || row < 0 || row > below.length) throw badRequest(noSuch('row'));
  const filled = [...below.slice(0, row), gadget, ...below.slice(row)];
  return [
    ...others.filter((other) => other.position.column !== column),
    ...filled.map((other, at) => ({ ...other, position: { row: at, column } })),
  ];
}

const noSuch = (place: string): string =>
  `The gadget cannot be placed in the selected ${place}. The selected ${place} does not exist on the dashboard.`;

const inColumn = (gadgets: readonly GadgetRecord[], column: number): GadgetRecord[] =>
  gadgets.filter((g) => g.position.column === column).sort((a, b) => a.position.row - b.position.row);

/** The gadgets without this one; those below it in its column move up. */
export function without(gadgets: readonly GadgetRecord[], gone: GadgetRecord): GadgetRecord[] {
  if (!gadgets.some(({ id }) => id === gone.id)) return [...gadgets];
  const { row, column } = gone.position;
  return gadgets
    .filter((gadget) => gadget.id !== gone.id)
    .map((gadget) =>
      gadget.position.column === column && gadget.position.row > row
        ? { ...gadget, position: { row: gadget.position.row - 1, column } }
        : gadget,
    );
}

/** In reading order: column by column, from the top. */
export const inOrder = (gadgets: readonly GadgetRecord[]): GadgetRecord[] =>
  gadgets.toSorted((a, b) => a.position.column - b.position.column || a.position.row - b.position.row);
