import * as v from 'valibot';
import type { AppModule, FaultPlan } from '../contract';
import type { Clock } from './clock';
import type { Deliveries } from './deliveries';
import type { Installation } from './installation';
import type { HostLog } from './log';
import type { Manifest } from './manifest';

/** Evaluates a Jira expression against variables; `host/jira` has the interpreter. Throws when it is broken. */
export type ExpressionEvaluator = (
  expression: string,
  variables: Readonly<Record<string, unknown>>,
) => unknown;

const FilterSchema = v.looseObject({
  ignoreSelf: v.optional(v.boolean()),
  expression: v.optional(v.string()),
  onError: v.optional(
    v.picklist(['IGNORE', 'IGNORE_AND_LOG', 'RECEIVE', 'RECEIVE_AND_LOG']),
    'IGNORE_AND_LOG',
  ),
});
const EventsSchema = v.array(
  v.union([v.string(), v.looseObject({ eventType: v.string(), filter: v.optional(FilterSchema) })]),
);

type Filter = v.InferOutput<typeof FilterSchema>;

/** Hands product events to the triggers that subscribe to them. */
export interface ProductEvents {
  deliver(eventType: string, payload: Readonly<Record<string, unknown>>): void;
}

function filtersOf(module: AppModule, eventType: string): Filter[] | undefined {
  const events = v.parse(EventsSchema, module['events'] ?? []);
  const found = events.find((event) => (typeof event === 'string' ? event : event.eventType) === eventType);
  if (found === undefined) return undefined;
  const shared = module['filter'] === undefined ? [] : [v.parse(FilterSchema, module['filter'])];
  return typeof found === 'string' || found.filter === undefined ? shared : [...shared, found.filter];
}

/** Makes the event router; delay and copies come from the fault plan at the moment of each event. */
export function createProductEvents(options: {
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly faults: FaultPlan;
  readonly log: HostLog;
  readonly evaluate: ExpressionEvaluator | undefined;
}): ProductEvents {
  const { manifest, installation, deliveries, clock, faults, log } = options;

  function passesExpression(filter: Filter, event: Readonly<Record<string, unknown>>): boolean {
    if (filter.expression === undefined) return true;
    try {
      if (options.evaluate === undefined) throw new Error('EMULATOR_NOT_MODELLED: no expression evaluator');
      const verdict = options.evaluate(filter.expression, { event });
      if (typeof verdict !== 'boolean') throw new TypeError('The filter did not give a boolean');
      return verdict;
    } catch (error) {
      if (filter.onError.endsWith('_AND_LOG')) {
        const text = `Event filter ${filter.expression}: ${error instanceof Error ? error.message : String(error)}`;
        log.write({ level: 'warn', source: 'platform', text });
      }
      return filter.onError.startsWith('RECEIVE');
    }
  }

  return {
    deliver(eventType, payload) {
      const self = payload['atlassianId'] === installation.accountId;
      const event = { ...payload, eventType, selfGenerated: self };
      for (const module of manifest.modules['trigger'] ?? []) {
        const filters = filtersOf(module, eventType);
        if (filters === undefined) continue;
        if (self && filters.some((filter) => filter.ignoreSelf === true)) continue;
        if (!filters.every((filter) => passesExpression(filter, event))) continue;
        for (let copy = 0; copy < Math.max(1, faults.events.copies); copy += 1) {
          const dueAt = clock.now() + faults.events.delayMs;
          deliveries.add({ kind: 'trigger', moduleKey: module.key, payload: event, dueAt });
        }
      }
    },
  };
}
