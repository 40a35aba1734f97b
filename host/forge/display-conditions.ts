/** What display conditions can ask about the page. */
export interface PageFacts {
  readonly isAdmin: boolean;
  readonly issueType?: string;
  readonly projectKey?: string;
  readonly projectType?: string;
}

function oneOf(wanted: unknown, actual: string | undefined): boolean {
  return [wanted].flat().some((value) => value === actual);
}

function every(conditions: unknown, facts: PageFacts): boolean {
  if (Array.isArray(conditions)) return conditions.every((one) => every(one, facts));
  if (typeof conditions !== 'object' || conditions === null)
    throw new Error('A display condition must be an object');
  return Object.entries(conditions).every(([name, value]) => holds(name, value, facts));
}

function some(conditions: unknown, facts: PageFacts): boolean {
  if (Array.isArray(conditions)) return conditions.some((one) => every(one, facts));
  if (typeof conditions !== 'object' || conditions === null)
    throw new Error('A display condition must be an object');
  return Object.entries(conditions).some(([name, value]) => holds(name, value, facts));
}

function holds(name: string, value: unknown, facts: PageFacts): boolean {
  switch (name) {
    case 'and':
      return every(value, facts);
    case 'or':
      return some(value, facts);
    case 'not':
      return !every(value, facts);
    case 'issueType':
      return oneOf(value, facts.issueType);
    case 'projectKey':
      return oneOf(value, facts.projectKey);
    case 'projectType':
      return oneOf(value, facts.projectType);
    case 'isAdmin':
    case 'isSiteAdmin':
      return value === facts.isAdmin;
    case 'isLoggedIn':
      return value === true;
    default:
      throw new Error(`EMULATOR_NOT_MODELLED: display condition ${name}`);
  }
}

/**
 * Says whether a module with these `displayConditions` is shown. Keys of one object are joined by "and". They are
 * evaluated for the page only: they hide a module, they protect nothing.
 */
export function isDisplayed(conditions: unknown, facts: PageFacts): boolean {
  return conditions === undefined || every(conditions, facts);
}
