import { useId, useState, type ReactNode } from 'react';

/** A part that is opened on request; what is inside is made only then. */
export function Disclosure(props: { title: string; testId: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section className="qc-disclosure">
      <h3 className="qc-label">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          data-testid={props.testId}
        >
          <span aria-hidden="true" className="qc-chevron" data-open={open} />
          {props.title}
        </button>
      </h3>
      <div id={id}>{open && props.children}</div>
    </section>
  );
}
