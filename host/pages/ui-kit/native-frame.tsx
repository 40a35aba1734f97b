import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import Spinner from '@atlaskit/spinner';
import { attachBridge, type AttachedBridge, type BridgeHandlers } from '../../forge/bridge/host-side';
import { ForgeFrame } from '../frames/forge-frame';
import { FrameModal, type ModalRequest } from '../frames/frame-modal';
import { pageHandlers } from '../frames/page-handlers';
import { writeLog, type AppModule, type FramePlace } from '../host-api';
import { wordsOf } from '../rest/http';
import { useFlags } from '../shell/flags';
import { useAsk } from '../shell/questions';
import { useSession } from '../shell/session';
import { useTheme } from '../shell/theme';
import { readForgeDoc, type ForgeNode } from './forge-doc';
import { AppProblem, Tree } from './render';

interface Props {
  readonly module: AppModule;
  /** Where the module is; empty on pages of their own. */
  readonly place: FramePlace;
  /** Extra product context of the frame. */
  readonly extension?: Readonly<Record<string, unknown>>;
  /** Takes what `view.submit()` sends, where submitting is more than closing. Rejections reach the app. */
  readonly onSubmit?: (payload: unknown) => Promise<void>;
  /** The app called `view.close()`. */
  readonly onClose?: (payload: unknown) => void;
  /** The app asked the page to load its data again. */
  readonly onRefresh: () => void;
}

/** Characters of a line that the host's log takes. */
const LOGGED = 4000;

/** What a frame has said so far. */
interface Said {
  readonly document?: ForgeNode;
  /** The last thing that went wrong; a new object each time. */
  readonly problem?: { readonly text: string };
}

/** Reads the app's document; one that is none is a problem of the app. */
function said(data: unknown): Said {
  try {
    return { document: readForgeDoc(data) };
  } catch (error) {
    return { problem: { text: `The app described nothing that UI Kit has: ${wordsOf(error)}` } };
  }
}

/** Runs the app in a hidden frame; answers what it describes. */
function useApp(props: Props, openModal: (request: ModalRequest) => void) {
  const { module, place, extension } = props;
  const flags = useFlags();
  const ask = useAsk();
  const { app } = useSession();
  const { colorMode } = useTheme();
  const frame = useRef<HTMLIFrameElement>(null);
  const bridge = useRef<AttachedBridge>();
  const [state, setState] = useState<Said>({});
  const latest = useRef({ ...props, colorMode });
  latest.current = { ...props, colorMode };
  // Callers write these as literals; only what they say may start the app anew.
  const where = JSON.stringify({ place, extension });

  const handlers = useMemo<BridgeHandlers>(
    () => ({
      ...pageHandlers({
        flags,
        openModal: (request) => {
          if (request.resource === undefined) throw new Error('A modal of UI Kit itself is not modelled');
          openModal(request);
        },
        refresh: () => latest.current.onRefresh(),
        close: (payload) => latest.current.onClose?.(payload),
        submit: () => latest.current.onSubmit,
        ask,
        app: app.name,
      }),
      // At once: what fields make of an answer depends on whether it came before or after the end of a call.
      reconcile: (data) => flushSync(() => setState((before) => ({ ...before, ...said(data) }))),
      onError: ({ error }) => setState((before) => ({ ...before, problem: { text: wordsOf(error) } })),
    }),
    [flags, openModal, ask, app.name],
  );

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const surroundings = JSON.parse(where) as Pick<Props, 'place' | 'extension'>;
    const attached = attachBridge(element, {
      moduleKey: module.key,
      place: surroundings.place,
      frameOrigin: new URL(module.src).origin,
      colorMode: () => latest.current.colorMode,
      handlers,
      ...(surroundings.extension === undefined ? {} : { extension: surroundings.extension }),
      onProblem: (text) => setState((before) => ({ ...before, problem: { text } })),
    });
    bridge.current = attached;
    element.src = module.src;
    return () => {
      attached.detach();
      setState({});
    };
  }, [module.key, module.src, where, handlers]);

  useEffect(() => bridge.current?.setColorMode(colorMode), [colorMode]);
  return { frame, ...state };
}

/**
 * A UI Kit module: the app runs in a hidden sandboxed frame and describes its view; the page renders that with
 * Atlaskit. Counterpart of `ForgeFrame`.
 */
export function NativeFrame(props: Props) {
  const { module, place, onRefresh } = props;
  const { sandbox } = useSession();
  const flags = useFlags();
  const [modal, setModal] = useState<ModalRequest>();
  const { frame, document, problem } = useApp(props, setModal);
  const isBlankNow = useRef(true);
  const isBlank = document === undefined || document.children.length === 0;
  isBlankNow.current = isBlank;
  const report = useCallback(
    (text: string) => void writeLog(`${module.title}: ${text}`.slice(0, LOGGED)),
    [module.title],
  );
  const failed = useCallback(
    (error: unknown) => flags.refused(`${module.title} failed`, error),
    [flags, module.title],
  );
  useEffect(() => {
    if (problem === undefined) return;
    report(problem.text);
    // With nothing on the screen the words below say it; beside what the app shows, a message does.
    if (!isBlankNow.current) failed(problem.text);
  }, [problem, report, failed]);

  return (
    <div className="uk-frame" aria-busy={document === undefined && problem === undefined}>
      <iframe ref={frame} title={`${module.title} (runs the app)`} sandbox={sandbox} hidden />
      {isBlank && problem !== undefined ? <AppProblem title="The app failed" text={problem.text} /> : null}
      {document === undefined && problem === undefined ? <Spinner label={`Loading ${module.title}`} /> : null}
      {document === undefined ? null : <Tree document={document} report={report} failed={failed} />}
      {modal ? (
        <FrameModal request={modal} title={module.title} onClosed={() => setModal(undefined)}>
          {(close) => (
            <ForgeFrame
              module={module}
              place={place}
              onChange={onRefresh}
              inModal={{ resource: modal.resource, context: modal.context, close }}
            />
          )}
        </FrameModal>
      ) : null}
    </div>
  );
}
