import { rule, type RuleDocs } from '../../review/rule';

export const banCopyProgram = rule({
  id: 'ban-copy-program',
  title: 'COPY with a program or a file of the server',
  category: 'security',
  level: 'error',
  on: ['CopyStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'CopyStmt' || (fields['is_program'] !== true && typeof fields['filename'] !== 'string'))
      return;
    const what =
      fields['is_program'] === true
        ? 'Runs a program on the database server'
        : "Reads or writes a file on the database server's disk";
    yield {
      at: { start, end },
      message: `${what}, with the rights of the server itself. No change may do that.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'COPY … PROGRAM runs a shell command as the operating system user of the server; COPY with a file name reads and writes its files. Both are outside the transaction and outside every grant on tables.',
  fix: 'Use an export of the product for results. Load data with INSERT, or with a tool that streams it from the client.',
  bad: ["COPY orders TO PROGRAM 'gzip > /tmp/o.gz';", "COPY orders FROM '/var/lib/data.csv';"],
  good: ['COPY orders TO STDOUT;', 'INSERT INTO orders (id) VALUES (1);'],
};
