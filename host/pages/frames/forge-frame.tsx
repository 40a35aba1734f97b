import type { AppModule } from '../host-api';

/** The issue that a frame is on. */
export interface FrameTarget {
  readonly id: string;
  readonly key: string;
}

/** A page of the app in a frame. */
export function ForgeFrame(props: {
  readonly module: AppModule;
  readonly issue: FrameTarget;
  readonly onChange: () => void;
}) {
  return <iframe className="frame" title={props.module.title} src={props.module.url} />;
}
