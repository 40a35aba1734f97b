import { printGadgetCost } from './compliance';
import { measurePlatformCost } from './platform-cost';
import { measureRunLatency, type Percentiles } from './run-latency';

/** `npm run bench`: the figures of README, measured on the local host in one run. Not a test: nothing here can fail. */

const row = (name: string, { p50, p95 }: Percentiles): string =>
  `| ${name} | ${p50.toFixed(1)} ms | ${p95.toFixed(1)} ms |`;

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

const latency = await measureRunLatency();
console.log(`From the click on Run to the result in the panel (host overhead, not a live site; ${latency.runs} runs)

| what | p50 | p95 |
| --- | --- | --- |
${row('outcome visible', latency.outcome)}
${row('rows visible', latency.rows)}
${row('the bare statement through pg', latency.bare)}
${row('rows less the statement (aim 150 ms)', latency.overhead)}
`);
await printGadgetCost([2_000, 20_000]);
process.exit(0);
