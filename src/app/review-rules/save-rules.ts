import { utf8Length } from '#core/hash';
import type { AdminPayload } from '#core/panel/admin-contract';
import { ok } from '#core/result';
import type { SettingsDifference } from '#core/settings/differences';
import type { Settings } from '#core/settings/settings';
import { changePath, changeWords, configChanges, type ConfigChange } from '#core/sql/review/config-changes';
import { readReviewConfig, storedConfig } from '#core/sql/review/read-config';
import { weakenings } from '#core/sql/review/weakenings';
import { allRules } from '#core/sql/rules/all';
import { changeSettings } from '../admin/change-settings';
import type { Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { reviewConfig } from '../review-config';

/** Bytes of differences that one entry of the history lists; what is beyond is in the configuration that its digest names. */
const maxListedBytes = 60 * 1024;
/** Characters of one value, and changes that the heading of an entry names. */
const maxValueLength = 300;
const maxNamed = 3;

/**
 * Saves what the site says of the review's rules, as one entry of the settings' history. It is refused when another
 * administrator saved since it was shown (`base`), and when it takes something away in production that the administrator
 * has not accepted by name.
 */
export async function saveRules(
  ports: Pick<Ports, 'settings' | 'reviewConfigs'>,
  admin: string,
  { base, config: raw, accepted }: AdminPayload<'save-review-rules'>,
): Promise<Outcome<Settings>> {
  const read = readReviewConfig(raw, allRules);
  if (!read.ok) return no('bad-request', read.error.join('\n'));
  const now = await ports.settings.read();
  if (now.review !== base) return overtaken;
  const before = await reviewConfig(ports.reviewConfigs, now);
  const taken = weakenings(before, read.value, allRules, now.executor?.connections ?? []);
  const open = taken.filter(({ key }) => !accepted.includes(key));
  if (open.length > 0) {
    return no(
      'illegal',
      ['Accept first what this takes away in production:', ...open.map(({ words }) => words)].join('\n'),
    );
  }
  const stored = await storedConfig(read.value);
  const changes = configChanges(before, read.value);
  return changeSettings(
    ports,
    { actor: admin, what: heading(changes) },
    (settings) =>
      settings.review === base ? ok({ ...settings, review: stored?.digest ?? null }) : overtaken,
    { reviewConfig: stored, differences: listed(changes) },
  );
}

const overtaken = no(
  'conflict',
  'Another administrator saved the rules meanwhile. Load them again; nothing was saved.',
);

/** `Review rules: ban-drop-table off in prod; 2 more`. */
function heading(changes: readonly ConfigChange[]): string {
  const named = changes.slice(0, maxNamed).map(changeWords).join('; ');
  const more = changes.length - maxNamed;
  return `Review rules: ${named}${more > 0 ? `; ${more} more` : ''}`;
}

function listed(changes: readonly ConfigChange[]): SettingsDifference[] {
  const differences: SettingsDifference[] = [];
  let bytes = 0;
  for (const [index, change] of changes.entries()) {
    const difference = {
      path: changePath(change),
      before: shortened(change.before),
      after: shortened(change.after),
    };
    bytes += utf8Length(JSON.stringify(difference));
    if (bytes > maxListedBytes) {
      const rest = `${changes.length - index} more; the configuration with this digest has them all`;
      return [...differences, { path: 'review', before: null, after: JSON.stringify(rest) }];
    }
    differences.push(difference);
  }
  return differences;
}

function shortened(text: string | null): string | null {
  return text === null || text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength)}…`;
}
