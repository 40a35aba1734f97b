import { rule, type RuleDocs } from '../../review/rule';

const words: Readonly<Record<string, string>> = {
  DoStmt: 'A DO block is a program',
  CallStmt: 'CALL runs a procedure',
  ExecuteStmt: 'EXECUTE runs a statement that was prepared elsewhere',
  LoadStmt: 'LOAD brings C code into the server',
};

export const opaqueCode = rule({
  id: 'opaque-code',
  title: 'The text does not show what this does',
  category: 'security',
  level: 'error',
  options: {},
  *statement({ type, start, end }) {
    const what = words[type];
    if (what === undefined) return;
    yield {
      at: { start, end },
      message: `${what}: which tables it reads and writes cannot be told from the text, so somebody has to answer for it.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Analysis, row estimates and lock prediction read the statements. A DO block or a procedure can build any other statement at run time, so nothing can be promised about it before it runs.',
  fix: 'Write plain statements. If a loop is really needed, keep the block short, look at its dry run, and set the rule aside with a reason that says what it does: approvers read it.',
  bad: ['DO $$ begin delete from t; end $$;', 'CALL nightly();'],
  good: ['DELETE FROM t WHERE id = 1;', 'SELECT 1;'],
};
