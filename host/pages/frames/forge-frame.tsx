import { useEffect, useMemo, useRef, useState } from 'react';
import { attachBridge, type AttachedBridge, type BridgeHandlers } from '../../forge/bridge/host-side';
import type { AppModule, FramePlace } from '../host-api';
import { useFlags } from '../shell/flags';
import { useAsk } from '../shell/questions';
import { useSession } from '../shell/session';
import { useTheme } from '../shell/theme';
import { FrameModal, type ModalRequest } from './frame-modal';
import { pageHandlers } from './page-handlers';

interface Props {
  readonly module: AppModule;
  /** Where the frame is; left out on pages of their own. */
  readonly place?: FramePlace;
  /** The app asked the page to load its data again. */
  readonly onChange: () => void;
  /** Takes what the frame submits, where submitting is more than closing. Rejections reach the frame. */
  readonly onSubmit?: (payload: unknown) => Promise<void>;
  readonly onClose?: () => void;
  /** Set inside a modal: another resource, what `extension.modal` says, and how it closes. */
  readonly inModal?: {
    readonly resource: string | undefined;
    readonly context: unknown;
    readonly close: (payload: unknown) => void;
  };
}

/** ⚠ Heights of a module that names a viewport size; the documentation gives the names only. */
const HEIGHTS: Readonly<Record<string, number>> = { small: 200, medium: 400, large: 600, xlarge: 800 };
const BEFORE_CONTENT = 80;

/** Attaches the bridge to the frame and gives it its address; answers the height of its content. */
function useBridge(props: Props, src: string, openModal: (request: ModalRequest) => void) {
  const { module } = props;
  const { issue, dashboard, gadget, entry } = props.place ?? {};
  const flags = useFlags();
  const ask = useAsk();
  const { app } = useSession();
  const { colorMode } = useTheme();
  const frame = useRef<HTMLIFrameElement>(null);
  const bridge = useRef<AttachedBridge>();
  const [height, setHeight] = useState(BEFORE_CONTENT);
  const latest = useRef({ ...props, colorMode });
  latest.current = { ...props, colorMode };
  const modalContext = props.inModal?.context;

  const handlers = useMemo<BridgeHandlers>(
    () =>
      pageHandlers({
        flags,
        ask,
        app: app.name,
        openModal,
        refresh: () => latest.current.onChange(),
        close: (payload) => {
          const { inModal, onClose } = latest.current;
          if (inModal === undefined) onClose?.();
          else inModal.close(payload);
        },
        submit: () => (latest.current.inModal === undefined ? latest.current.onSubmit : undefined),
      }),
    [flags, ask, app.name, openModal],
  );

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const attached = attachBridge(element, {
      moduleKey: module.key,
      place: { issue, dashboard, gadget, entry },
      frameOrigin: new URL(src).origin,
      colorMode: () => latest.current.colorMode,
      handlers,
      ...(modalContext === undefined ? {} : { extension: { modal: modalContext } }),
      onResize: setHeight,
    });
    bridge.current = attached;
    element.src = src;
    return () => attached.detach();
  }, [module.key, issue, dashboard, gadget, entry, src, handlers, modalContext]);

  useEffect(() => bridge.current?.setColorMode(colorMode), [colorMode]);
  return { frame, height: HEIGHTS[module.viewportSize ?? ''] ?? Math.max(height, BEFORE_CONTENT) };
}

/** A page of the app in a sandboxed frame on the Custom UI origin, with its bridge. */
export function ForgeFrame(props: Props) {
  const { module, place, onChange, inModal } = props;
  const { panelOrigin, sandbox } = useSession();
  const [modal, setModal] = useState<ModalRequest>();
  const resource = inModal?.resource;
  const src = resource === undefined ? module.src : `${panelOrigin}/${resource}/index.html`;
  const { frame, height } = useBridge(props, src, setModal);

  return (
    <div className="frame-box">
      <iframe
        ref={frame}
        className="frame"
        title={module.title}
        sandbox={sandbox}
        allow="clipboard-write"
        style={{ height }}
      />
      {modal ? (
        <FrameModal request={modal} title={module.title} onClosed={() => setModal(undefined)}>
          {(close) => (
            <ForgeFrame
              module={module}
              {...(place === undefined ? {} : { place })}
              onChange={onChange}
              inModal={{ resource: modal.resource, context: modal.context, close }}
            />
          )}
        </FrameModal>
      ) : null}
    </div>
  );
}
