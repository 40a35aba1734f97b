import * as v from 'valibot';

/** Payload of the realtime signal: no content, only a reason to fetch. */
export const ChangeSignal = v.strictObject({
  issueId: v.string(),
  seq: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type ChangeSignal = v.InferOutput<typeof ChangeSignal>;

/** Realtime channel of one issue. */
export function changeChannel(issueId: string): string {
  return `query-change-${issueId}`;
}
