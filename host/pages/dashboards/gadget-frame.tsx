import { ForgeFrame } from '../frames/forge-frame';
import type { AppGadget, FramePlace } from '../host-api';
import { useFlags } from '../shell/flags';
import { NativeFrame } from '../ui-kit/native-frame';

/** The view or the edit view of a gadget of the app. */
export function GadgetFrame(props: {
  readonly module: AppGadget;
  readonly place: FramePlace;
  /** Takes what the edit view submits. */
  readonly onSubmit: (payload: unknown) => Promise<void>;
  readonly onClose: () => void;
  readonly onRefresh: () => void;
}) {
  const { module, place, onRefresh } = props;
  const flags = useFlags();
  const editing = place.entry === 'edit';
  const frame = editing ? module.edit : undefined;
  const shown = frame === undefined ? module : { ...module, src: frame.src, render: frame.render };
  // In the view there is nothing to leave.
  const onClose = (): void => {
    if (editing) props.onClose();
  };
  const onSubmit = async (payload: unknown): Promise<void> => {
    // Only the edit view has something to save.
    if (!editing) return;
    try {
      await props.onSubmit(payload);
    } catch (error) {
      flags.refused('The gadget was not saved', error);
      throw error;
    }
  };
  return shown.render === 'native' ? (
    <NativeFrame module={shown} place={place} onSubmit={onSubmit} onClose={onClose} onRefresh={onRefresh} />
  ) : (
    <ForgeFrame module={shown} place={place} onSubmit={onSubmit} onClose={onClose} onChange={onRefresh} />
  );
}
