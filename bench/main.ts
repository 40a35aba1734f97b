import { printGadgetCost } from './compliance';
import { figureNames, printExecutorFigures } from './executor/figures';
import { measurePlatformCost } from './platform-cost';
import { printReviewFigures } from './review';
import { measureRunLatency, type Percentiles } from './run-latency';

/**
 * `npm run bench`: the figures of README, measured in one run; `npm run bench -- executor` measures one group
 * alone, `npm run bench -- executor export-files` one figure of the executor's. Not a test: a figure that misses its aim is printed as missed; the bench fails only when it could not measure.
 */

const asked = process.argv.slice(2);

const groups: Readonly<Record<string, () => Promise<void>>> = {
  executor: () => printExecutorFigures(asked.filter((name) => figureNames.includes(name))),
  platform: printPlatformCost,
  latency: printRunLatency,
  review: printReviewFigures,
  compliance: () => printGadgetCost([2_000, 20_000]),
};

async function printPlatformCost(): Promise<void> {
  const cost = await measurePlatformCost();
  console.log(`
One whole change: one author, two approvers, three draft saves, run on prod, result seen (host's meter)

| what | measured | aim |
| --- | --- | --- |
| Jira points | ${cost.jiraPoints} (${cost.jiraCalls} calls) | 60 |
| JSON written to KVS | ${(cost.kvsBytesWritten / 1024).toFixed(1)} KB | 60 KB |
| invocations, events included | ${cost.invocations} | 25 |
| queue events | ${cost.queueEvents} | |
| GB-seconds | ${cost.gbSeconds.toFixed(3)} | |
`);
}

const row = (name: string, { p50, p95 }: Percentiles): string =>
  `| ${name} | ${p50.toFixed(1)} ms | ${p95.toFixed(1)} ms |`;

async function printRunLatency(): Promise<void> {
  const latency = await measureRunLatency();
  console.log(`From the click on Run to the result in the panel (host overhead, not a live site; ${latency.runs} runs)

| what | p50 | p95 |
| --- | --- | --- |
${row('outcome visible', latency.outcome)}
${row('rows visible', latency.rows)}
${row('the bare statement through pg', latency.bare)}
${row('rows less the statement (aim 150 ms)', latency.overhead)}
`);
}

const known = asked.includes('executor') ? [...Object.keys(groups), ...figureNames] : Object.keys(groups);
const wrong = asked.filter((name) => !known.includes(name));
if (wrong.length > 0) {
  console.error(`unknown: ${wrong.join(', ')}; there is: ${known.join(', ')}`);
  process.exit(2);
}
for (const [name, print] of Object.entries(groups))
  if (asked.length === 0 || asked.includes(name)) await print();
process.exit(0);
