import { ForgeFrame } from '../frames/forge-frame';
import type { AppModule, FramePlace } from '../host-api';
import { NativeFrame } from './native-frame';

/** A module of the app, in the frame that its `render` wants. */
export function ModuleFrame(props: {
  readonly module: AppModule;
  readonly place: FramePlace;
  /** The app asked the page to load its data again. */
  readonly onChange: () => void;
}) {
  const { module, place, onChange } = props;
  return module.render === 'native' ? (
    <NativeFrame module={module} place={place} onRefresh={onChange} />
  ) : (
    <ForgeFrame module={module} place={place} onChange={onChange} />
  );
}
