import { Component, useMemo, type ReactNode } from 'react';
import SectionMessage from '@atlaskit/section-message';
import { wordsOf } from '../rest/http';
import * as actions from './actions';
import * as charts from './charts/charts';
import * as choices from './choices';
import * as feedback from './feedback';
import * as fields from './fields';
import type { ForgeNode } from './forge-doc';
import * as form from './form';
import * as layout from './layout';
import * as marks from './marks';
import { draw, SurroundingsProvider, type Components } from './nodes';
import * as structure from './structure';
import * as words from './words';

const { Range, TextArea, Textfield } = fields;

const COMPONENTS: Components = {
  ...layout,
  ...words,
  ...marks,
  ...feedback,
  ...actions,
  ...structure,
  ...form,
  ...choices,
  ...charts,
  Range,
  TextArea,
  Textfield,
};

/** What went wrong in the app, in words. */
export function AppProblem({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div role="alert">
      <SectionMessage appearance="error" title={title}>
        <p className="uk-text">{text}</p>
      </SectionMessage>
    </div>
  );
}

interface GuardProps {
  readonly document: ForgeNode;
  readonly report: (text: string) => void;
  readonly children: ReactNode;
}
interface GuardState {
  readonly text: string | undefined;
  /** The document that could not be rendered. */
  readonly broken: ForgeNode | undefined;
}
const WELL: GuardState = { text: undefined, broken: undefined };

/** Shows why a tree could not be rendered; the next document of the app is tried again. */
class RenderGuard extends Component<GuardProps, GuardState> {
  override state: GuardState = WELL;

  static getDerivedStateFromError(error: unknown): Partial<GuardState> {
    return { text: wordsOf(error) };
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ broken: this.props.document });
    this.props.report(`UI Kit could not be rendered: ${wordsOf(error)}`);
  }

  override componentDidUpdate(): void {
    const { broken } = this.state;
    if (broken !== undefined && broken !== this.props.document) this.setState(WELL);
  }

  override render(): ReactNode {
    const { text } = this.state;
    return text === undefined ? (
      this.props.children
    ) : (
      <AppProblem title="This could not be shown" text={text} />
    );
  }
}

/** Renders the tree that an app describes with UI Kit. */
export function Tree(props: {
  readonly document: ForgeNode;
  readonly report: (text: string) => void;
  readonly failed: (error: unknown) => void;
}) {
  const { document, report, failed } = props;
  const surroundings = useMemo(() => ({ components: COMPONENTS, report, failed }), [report, failed]);
  return (
    <SurroundingsProvider value={surroundings}>
      <RenderGuard document={document} report={report}>
        <div className="uk">{draw(document.children)}</div>
      </RenderGuard>
    </SurroundingsProvider>
  );
}
