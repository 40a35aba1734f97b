import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';
import { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import { defaultConfig, effectiveConfig, type ReviewConfig } from '#core/sql/review/config';
import { readReviewConfig } from '#core/sql/review/read-config';
import { allRules } from '#core/sql/rules/all';
import { parseReviewArguments, type ReviewArguments, usage } from './arguments';
import { reviewFile, type FileReview } from './review-file';
import { githubReport } from './report-github';
import { jsonReport } from './report-json';
import { sarifReport } from './report-sarif';
import { textReport } from './report-text';

/** A file that cannot be used, in words for the terminal. */
class Unusable extends Error {}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Unusable(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readData(file: string): unknown {
  try {
    return parseYaml(readText(file)) as unknown;
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readConfig(file: string): ReviewConfig {
  const read = readReviewConfig(readData(file), allRules);
  if (read.ok) return read.value;
  throw new Unusable(read.error.map((problem) => `${file}: ${problem}`).join('\n'));
}

function readSchema(file: string): SchemaSnapshot {
  const parsed = v.safeParse(SchemaSnapshot, readData(file));
  if (parsed.success) return parsed.output;
  const lines = parsed.issues.map(
    (issue) => `${file}: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`,
  );
  throw new Unusable(lines.join('\n'));
}

async function reviewFiles(wish: ReviewArguments): Promise<FileReview[]> {
  const config = wish.config === null ? defaultConfig : readConfig(wish.config);
  const schema = wish.schema === null ? null : readSchema(wish.schema);
  const { connection, environment } = wish;
  const effective = effectiveConfig(config, { environment, connection });
  const reviews = [];
  for (const file of wish.files) {
    const context = { schema, environment, rowBudget: null };
    reviews.push(await reviewFile(file, readText(file), effective, context));
  }
  return reviews;
}

function print(format: ReviewArguments['format'], reviews: readonly FileReview[]): string {
  switch (format) {
    case 'json': {
      const reports = reviews.map(jsonReport);
      return JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2);
    }
    case 'sarif':
      return JSON.stringify(sarifReport(reviews), null, 2);
    case 'github':
      return reviews.map(({ file, review }) => githubReport(file, review)).join('\n');
    default:
      return reviews.map(textReport).join('\n\n');
  }
}

async function main(): Promise<number> {
  const wish = parseReviewArguments(process.argv.slice(2));
  if (typeof wish === 'string') {
    console.error(`${wish}\n\n${usage}`);
    return 2;
  }
  try {
    const reviews = await reviewFiles(wish);
    const text = print(wish.format, reviews);
    if (text !== '') console.log(text);
    const open = reviews.flatMap(({ review }) => review.findings).filter(({ waived }) => waived === null);
    return open.some(({ level }) => level === 'error') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main();
