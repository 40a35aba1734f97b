import { Hono } from 'hono';
import * as v from 'valibot';
import type { Frames } from '../frames';
import { viewerOf, type Env } from './api-env';

/** The shell of the machine beside the databases, as the site's terminal page plays it. */
export interface Terminal {
  readonly title: string;
  /** What can be typed, in words. */
  readonly help: string;
  /** Runs one command line with this standard input. */
  run(line: string, input: string): Promise<{ readonly ok: boolean; readonly output: string }>;
}

const RunSchema = v.object({
  line: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4000)),
  input: v.optional(v.pipe(v.string(), v.maxLength(1_000_000)), ''),
});

/** The terminal, for administrators only. */
export function terminalRoutes(frames: Frames, terminal: Terminal | undefined): Hono<Env> {
  const routes = new Hono<Env>();
  routes.use('/terminal', async (context, next) => {
    if (terminal === undefined) return context.json({ message: 'This site has no terminal' }, 404);
    if (!(await frames.isAdmin(viewerOf(context))))
      return context.json({ message: 'Only an administrator may use the terminal' }, 403);
    return await next();
  });
  routes.get('/terminal', (context) =>
    context.json({ title: terminal?.title ?? '', help: terminal?.help ?? '' }),
  );
  routes.post('/terminal', async (context) => {
    const { line, input } = v.parse(RunSchema, await context.req.json());
    return context.json((await terminal?.run(line, input)) ?? { ok: false, output: '' });
  });
  return routes;
}
