import { useEffect, useRef, useState } from 'react';

/** Screens from this width on, pixels, show two texts beside each other. */
const wideFrom = 640;

/** Two texts with what is another marked; both as plain text where the editor cannot be loaded. */
export function TextDiff({ label, before, now }: { label: string; before: string; now: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [plain, setPlain] = useState(false);
  useEffect(() => {
    let gone = false;
    let diff: { destroy(): void } | undefined;
    let width = -1;
    let watch: ResizeObserver | undefined;
    const mount = host.current;
    const open = async (): Promise<void> => {
      try {
        const { createDiff } = await import('../editor/create-diff');
        if (gone || mount === null) return;
        const root = mount.shadowRoot ?? mount.attachShadow({ mode: 'open' });
        watch = new ResizeObserver(() => {
          // Drawn anew for another width: what fills up the shorter side would stay as tall as it was.
          if (mount.clientWidth === width) return;
          width = mount.clientWidth;
          diff?.destroy();
          try {
            diff = createDiff({ root, before, now, label, wide: width >= wideFrom });
          } catch {
            watch?.disconnect();
            setPlain(true);
          }
        });
        watch.observe(mount);
      } catch {
        if (!gone) setPlain(true);
      }
    };
    void open();
    return () => {
      gone = true;
      watch?.disconnect();
      diff?.destroy();
    };
  }, [label, before, now]);
  return (
    <div data-testid={`diff-${label}`}>
      <div ref={host} />
      {plain && (
        <>
          <p className="qc-small qc-subtle">Before</p>
          <pre className="qc-sql-plain">{before}</pre>
          <p className="qc-small qc-subtle">Now</p>
          <pre className="qc-sql-plain">{now}</pre>
        </>
      )}
    </div>
  );
}
