import type { Inspection } from './shape';
import { Table } from './table';

const lines = (texts: readonly string[]) => texts.map((text, index) => ({ key: `${index}`, cells: [text] }));

/** What the host models and how sure it is, what it met that it does not model, and how large the functions are. */
export function ModelTab({ data }: { readonly data: Inspection }) {
  return (
    <>
      <h2>Not modelled, but asked for</h2>
      <Table
        label="Not modelled"
        empty="Everything that was asked for is modelled."
        head={['Call']}
        rows={lines(data.unmodelled)}
      />
      <h2>Content security policy violations in frames</h2>
      <Table label="Violations" empty="None." head={['Report']} rows={lines(data.cspViolations)} />
      <h2>Function bundles</h2>
      <Table
        label="Bundles"
        empty="None."
        head={['File', 'Bytes']}
        rows={data.bundles.map((one) => ({ key: one.file, cells: [one.file, one.bytes] }))}
      />
      <h2>What is modelled, and how sure we are</h2>
      <Table
        label="Coverage"
        empty="Unknown."
        head={['Behaviour', 'Evidence', 'Notes']}
        rows={Object.entries(data.coverage).map(([key, one]) => ({
          key,
          cells: [key, one.evidence, one.notes],
        }))}
      />
    </>
  );
}
