import type { FaultPlan } from '../contract';

const TEXT: Readonly<Record<number, string>> = {
  409: 'The resource was changed by another request. Try again.',
  429: 'Rate limit exceeded.',
  500: 'Internal server error',
  503: 'Service unavailable',
};

/** The answer of the first fault that matches and has times left; counts it down. */
export function plannedFault(faults: FaultPlan, method: string, path: string): Response | undefined {
  const fault = faults.jira.find(
    (entry) =>
      entry.times > 0 &&
      (entry.method === undefined || entry.method.toUpperCase() === method) &&
      new RegExp(entry.pathPattern).test(path),
  );
  if (!fault) return undefined;
  fault.times -= 1;
  const wait = fault.retryAfterSeconds ?? (fault.status === 429 ? 1 : undefined);
  return Response.json(
    { errorMessages: [TEXT[fault.status] ?? `HTTP ${fault.status}`], errors: {} },
    {
      status: fault.status,
      headers: {
        ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
        ...(fault.status === 429
          ? { 'x-ratelimit-remaining': '0', 'ratelimit-reason': 'jira-burst-based' }
          : {}),
      },
    },
  );
}
