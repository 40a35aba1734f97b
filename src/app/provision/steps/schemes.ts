import { issueTypeName } from '#core/workflow/definition';
import { beforeKey, found, made } from '../kept';
import { Made, type Named, Nothing } from '../lists';
import {
  findScheme,
  menuOf,
  otherUsers,
  schemeKinds,
  schemeOfProject,
  titleOf,
  type SchemeKind,
} from '../scheme-kinds';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import {
  change,
  existing,
  keptId,
  manual,
  needed,
  ready,
  type Act,
  type Look,
  type Site,
  type Step,
  type Stopped,
} from '../step';

/** Three schemes of our own, and the project bound to them. What it used before is remembered for the removal. */
export const schemesStep: Step = { look };

async function look({ admin, projectKey }: Site): Promise<Look> {
  const ids = await admin.ids();
  const project = ids['projectKey'] ?? projectKey ?? 'the chosen project';
  const projectId = ids['projectId'] ?? (await idOf(admin, projectKey));
  const acts: Act[] = [];
  for (const kind of schemeKinds) {
    const used = projectId ? await schemeOfProject(admin, kind, projectId) : undefined;
    const keptScheme = ids[kind.idKey];
    const scheme = used && used.id === keptScheme ? used : await findScheme(admin, kind, keptScheme);
    if (scheme && scheme.id !== keptScheme) {
      const stop = await sharedWithOthers(admin, kind, scheme, ids);
      if (stop) return stop;
    }
    acts.push(...(await schemeActs(admin, kind, scheme, ids)));
    if (!scheme || used?.id !== scheme.id) acts.push(assignAct(admin, kind, used, project, ids));
  }
  return ready(acts, `The project ${project} uses our schemes.`, `The project ${project} uses our schemes.`);
}

/** Before the project is kept, the preview still says what it uses now. */
async function idOf(admin: SiteAdmin, projectKey: string | null): Promise<string | undefined> {
  if (projectKey === null) return undefined;
  return (await existing(admin, rest(['project', projectKey]), Made))?.id;
}

/** A scheme of our name that other projects use is left alone: changing it would change them. */
async function sharedWithOthers(
  admin: SiteAdmin,
  kind: SchemeKind,
  scheme: Named,
  ids: KeptIds,
): Promise<Stopped | undefined> {
  const others = await otherUsers(admin, kind, scheme.id, ids['projectId'] ?? '');
  if (others?.length === 0) return undefined;
  const who = others === null ? 'projects that could not all be listed' : others.join(', ');
  return manual(
    `${titleOf(kind)} exists and may be used by other projects: ${who}.`,
    `Rename that scheme under ${menuOf(kind)}, then repeat this step.`,
  );
}

async function schemeActs(
  admin: SiteAdmin,
  kind: SchemeKind,
  scheme: Named | undefined,
  ids: KeptIds,
): Promise<Act[]> {
  const what = titleOf(kind);
  const instruction = `Add a ${kind.label} named "${issueTypeName}" with ${kind.holds} under ${menuOf(kind)}.`;
  if (!scheme) {
    const gone = ids[kind.idKey] !== undefined;
    const create = {
      change: change(
        gone ? 'repair' : 'create',
        what,
        gone ? `gone; will be made again with ${kind.holds}` : `with ${kind.holds}`,
      ),
      run: async () => {
        const body = kind.body(await admin.ids());
        const reply = needed(await admin.send('POST', rest([kind.path]), body, kind.made), instruction);
        await admin.keep(made(kind.idKey, reply.id));
      },
    };
    return [create];
  }
  const wrong = await kind.wrong(admin, ids, scheme.id);
  const adopt = {
    change: change('change', what, 'exists already; will be used'),
    run: () => admin.keep(found(kind.idKey, scheme.id)),
  };
  return [
    ...(scheme.id === ids[kind.idKey] ? [] : [adopt]),
    ...(wrong
      ? [
          {
            change: change('repair', what, `${wrong.words}; should have ${kind.holds}`),
            run: async () => {
              needed(
                await wrong.correct(),
                `Give the ${kind.label} "${scheme.name}" ${kind.holds} under ${menuOf(kind)}.`,
              );
            },
          },
        ]
      : []),
  ];
}

function assignAct(
  admin: SiteAdmin,
  kind: SchemeKind,
  used: Named | undefined,
  project: string,
  ids: KeptIds,
): Act {
  const before = beforeKey(kind.idKey);
  const wasOurs = ids[before] !== undefined;
  const instead = used ? ` instead of "${used.name}"` : '';
  return {
    change: change(
      wasOurs ? 'repair' : 'change',
      `Project ${project}`,
      `will use the ${kind.label} "${issueTypeName}"${instead}`,
    ),
    run: async () => {
      const now = await admin.ids();
      const projectId = keptId(now, 'projectId');
      // The first one is what the project gets back; what came between was drift.
      if (used && !wasOurs) await admin.keep({ [before]: used.id });
      needed(
        await admin.send(
          'PUT',
          rest([kind.path, 'project']),
          { [kind.idKey]: keptId(now, kind.idKey), projectId },
          Nothing,
        ),
        `Assign the ${kind.label} "${issueTypeName}" to the project ${project} under Project settings. A project with work items of other types is migrated there.`,
      );
    },
  };
}
