import { issueTypeName } from '#core/workflow/definition';
import { beforeKey, beforeKeys, doneKey, forgotten, isOurs, schemeIdKeys } from '../kept';
import { Nothing } from '../lists';
import {
  menuOf,
  otherUsers,
  schemeById,
  schemeKinds,
  schemeOfProject,
  titleOf,
  type SchemeKind,
} from '../scheme-kinds';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import { keptId, needed, type Site } from '../step';
import {
  beforeUs,
  farewells,
  issuesUseIt,
  remove,
  type Farewell,
  type Removal,
  type RemovalLook,
} from './removal';

/** The project gets back the schemes that it used before ours; then ours go, unless other projects use them. */
export const schemesRemoval: Removal = { look };

interface Part {
  /** The project gets back its scheme. */
  readonly back: readonly Farewell[];
  /** Our scheme goes. */
  readonly gone: readonly Farewell[];
  readonly staying: readonly { readonly what: string; readonly why: string }[];
}

async function look({ admin, ports }: Site): Promise<RemovalLook> {
  const ids = await admin.ids();
  const forget = {
    ...forgotten(...schemeIdKeys),
    ...Object.fromEntries(beforeKeys.map((key) => [key, null])),
    [doneKey('schemes')]: null,
    [doneKey('permissions')]: null,
  };
  const kept = schemeKinds.filter(({ idKey }) => ids[idKey] !== undefined);
  if (kept.length === 0) return { state: 'gone', forget };
  const used = await issuesUseIt(admin, ids);
  if (used !== null) return { state: 'keep', what: kept.map(titleOf), why: used };
  // The workflow scheme first: without it the project's issues can be of other types again.
  const parts = await Promise.all(kept.toReversed().map((kind) => partOf(admin, kind, ids)));
  const staying = parts.flatMap((part) => part.staying);
  return farewells(
    [...parts.flatMap(({ back }) => back), ...parts.flatMap(({ gone }) => gone)],
    staying,
    async () => {
      // What stays is still ours to know of.
      if (staying.length === 0) await admin.keep(forget);
      else await admin.keep({ [doneKey('schemes')]: null, [doneKey('permissions')]: null });
      const actor = await admin.actor();
      await ports.settings.change({ actor, what: 'Project given back its schemes' }, (settings) => ({
        ...settings,
        site: null,
      }));
    },
  );
}

async function partOf(admin: SiteAdmin, kind: SchemeKind, ids: KeptIds): Promise<Part> {
  const what = titleOf(kind);
  const ourId = keptId(ids, kind.idKey);
  const projectId = ids['projectId'] ?? '';
  const project = ids['projectKey'] ?? 'the project';
  const used = await schemeOfProject(admin, kind, projectId);
  const assigned = used?.id === ourId;
  const beforeId = ids[beforeKey(kind.idKey)];
  const before = beforeId === undefined ? undefined : await schemeById(admin, kind, beforeId);
  if (assigned && !before) {
    const why =
      beforeId === undefined
        ? `what ${project} used before is not known; assign another scheme to it first.`
        : `the scheme that ${project} used before is gone; assign another scheme to it first.`;
    return { back: [], gone: [], staying: [{ what, why }] };
  }
  const back: Farewell[] =
    assigned && before
      ? [
          {
            what: `Project ${project}: back to the ${kind.label} "${before.name}"`,
            run: async () => {
              const body = { [kind.idKey]: before.id, projectId };
              needed(
                await admin.send('PUT', rest([kind.path, 'project']), body, Nothing),
                `Assign the ${kind.label} "${before.name}" to the project ${project} under Project settings.`,
              );
            },
          },
        ]
      : [];
  if (!isOurs(ids, kind.idKey)) return { back, gone: [], staying: [{ what, why: beforeUs }] };
  if (!assigned && !(await schemeById(admin, kind, ourId))) return { back, gone: [], staying: [] };
  const others = await otherUsers(admin, kind, ourId, projectId);
  if (others === null) {
    return {
      back,
      gone: [],
      staying: [{ what, why: 'this site has too many projects to see whether others use it.' }],
    };
  }
  if (others.length > 0) {
    return { back, gone: [], staying: [{ what, why: `other projects use it: ${others.join(', ')}.` }] };
  }
  const goes: Farewell = {
    what,
    run: () =>
      remove(
        admin,
        rest([kind.path, ourId]),
        `Delete the ${kind.label} "${issueTypeName}" under ${menuOf(kind)}.`,
      ),
  };
  return { back, gone: [goes], staying: [] };
}
