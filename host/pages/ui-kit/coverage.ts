/**
 * What the local host models of UI Kit: components with their props and, where it matters, the values. A prop or a
 * value that is not here is refused in words on the page, as is a component. Read from the types of
 * `@forge/react` 12.3.1; a test compares the names with what that package exports.
 */
import * as v from 'valibot';
import * as p from './props';
import { xcss } from './xcss';

const { accessor, axes, button, elements, field, flag, flow, handler, maybe, number, oneOf } = p;
const { pie, press, size, space, text, textField, token, words } = p;

/** Component → modelled props; every component also takes `testId`. */
export const MODELLED = {
  // layout
  Box: {
    backgroundColor: p.anyToken,
    padding: space,
    paddingBlock: space,
    paddingBlockEnd: space,
    paddingBlockStart: space,
    paddingInline: space,
    paddingInlineEnd: space,
    paddingInlineStart: space,
    role: text,
    xcss,
  },
  Inline: { ...flow, rowSpace: space, separator: text, shouldWrap: flag },
  Stack: flow,
  Bleed: { all: space, block: space, inline: space },
  // words
  Text: {
    align: oneOf('start', 'center', 'end'),
    as: oneOf('span', 'p', 'strong', 'em', 'strike'),
    color: token('color.'),
    maxLines: number,
    size: oneOf('small', 'medium', 'large'),
    weight: oneOf('regular', 'medium', 'semibold', 'bold'),
  },
  Heading: {
    as: oneOf('h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'div', 'span'),
    color: oneOf('color.text', 'color.text.inverse', 'color.text.warning.inverse'),
    id: text,
    size: oneOf('xxlarge', 'xlarge', 'large', 'medium', 'small', 'xsmall', 'xxsmall'),
  },
  Strong: {},
  Em: {},
  Strike: {},
  List: { type: oneOf('ordered', 'unordered') },
  ListItem: {},
  Link: { href: v.string(), openNewTab: flag },
  Code: {},
  CodeBlock: { text: v.string(), language: text, showLineNumbers: flag, shouldWrapLongLines: flag },
  Icon: {
    color: token('color.'),
    glyph: v.string(),
    label: v.string(),
    primaryColor: token('color.'),
    size: oneOf('small', 'medium', 'large'),
  },
  Image: { src: v.string(), alt: text, height: size, width: size, size: text },
  User: { accountId: v.string(), hideDisplayName: flag },
  // marks
  Badge: {
    appearance: oneOf(...p.BADGES),
    max: maybe(v.union([v.number(), v.literal(false)])),
  },
  Lozenge: {
    appearance: oneOf(...p.LOZENGES),
    isBold: flag,
    maxWidth: size,
  },
  Tag: {
    text: v.string(),
    appearance: oneOf('default', 'rounded'),
    color: oneOf(...p.TAGS),
    href: text,
    isRemovable: flag,
    removeButtonLabel: text,
    onBeforeRemoveAction: handler,
    onAfterRemoveAction: handler,
  },
  TagGroup: { alignment: oneOf('start', 'end') },
  // feedback
  SectionMessage: {
    actions: elements,
    appearance: oneOf('information', 'warning', 'error', 'success', 'discovery'),
    title: text,
  },
  SectionMessageAction: { href: text, onClick: handler },
  EmptyState: {
    buttonGroupLabel: text,
    description: elements,
    header: v.string(),
    headingLevel: number,
    isLoading: flag,
    primaryAction: elements,
    secondaryAction: elements,
    tertiaryAction: elements,
    width: oneOf('narrow', 'wide'),
  },
  Spinner: {
    appearance: oneOf('inherit', 'invert'),
    delay: number,
    label: text,
    size: maybe(v.union([v.picklist(['xsmall', 'small', 'medium', 'large', 'xlarge']), v.number()])),
  },
  ProgressBar: {
    appearance: oneOf('default', 'success', 'inverse'),
    ariaLabel: text,
    isIndeterminate: flag,
    value: number,
  },
  Tooltip: { content: words, position: text },
  // actions
  Button: { ...button, iconAfter: text, iconBefore: text },
  ButtonGroup: { appearance: oneOf(...p.BUTTONS), label: text, titleId: text },
  LinkButton: {
    ...press,
    appearance: oneOf(...p.BUTTONS),
    href: text,
    spacing: oneOf('default', 'compact'),
    target: text,
  },
  LoadingButton: { ...button, isLoading: flag },
  // structure
  Tabs: {
    defaultSelected: number,
    id: v.string(),
    onChange: handler,
    selected: number,
    shouldUnmountTabPanelOnChange: flag,
  },
  TabList: {},
  Tab: {},
  TabPanel: {},
  DynamicTable: {
    caption: text,
    defaultPage: number,
    defaultSortKey: text,
    defaultSortOrder: oneOf('ASC', 'DESC'),
    emptyView: elements,
    highlightedRowIndex: maybe(v.union([v.number(), v.array(v.number())])),
    isFixedSize: flag,
    isLoading: flag,
    label: text,
    loadingSpinnerSize: oneOf('small', 'large'),
    onSetPage: handler,
    page: number,
    rowsPerPage: number,
    sortKey: text,
    sortOrder: oneOf('ASC', 'DESC'),
  },
  Modal: {
    autoFocus: flag,
    label: text,
    onClose: handler,
    shouldScrollInViewport: flag,
    title: text,
    width: size,
    height: size,
  },
  ModalTransition: {},
  ModalHeader: {},
  ModalTitle: { appearance: oneOf('danger', 'warning'), isMultiline: flag },
  ModalBody: { hasInlinePadding: flag },
  ModalFooter: {},
  // forms
  Form: { onSubmit: handler },
  FormHeader: { description: text, title: text },
  FormSection: { description: text, title: text },
  FormFooter: { align: oneOf('start', 'end') },
  Label: { id: text, labelFor: v.string() },
  RequiredAsterisk: {},
  HelperMessage: {},
  ErrorMessage: {},
  ValidMessage: {},
  Textfield: {
    ...textField,
    elemAfterInput: elements,
    elemBeforeInput: elements,
    max: size,
    min: size,
    pattern: text,
    type: oneOf('text', 'number', 'password', 'email', 'url', 'tel', 'search'),
    width: size,
  },
  TextArea: {
    ...textField,
    maxHeight: text,
    minimumRows: number,
    resize: oneOf('auto', 'vertical', 'horizontal', 'smart', 'none'),
    spellCheck: flag,
  },
  Select: {
    ...field,
    appearance: oneOf('default', 'subtle', 'none'),
    autoFocus: flag,
    closeMenuOnSelect: flag,
    defaultValue: maybe(v.unknown()),
    inputId: text,
    isClearable: flag,
    isLoading: flag,
    isMulti: flag,
    isSearchable: flag,
    options: maybe(v.array(p.Option)),
    placeholder: text,
    spacing: oneOf('default', 'compact'),
    value: maybe(v.unknown()),
  },
  Checkbox: {
    ...field,
    defaultChecked: flag,
    isChecked: flag,
    isIndeterminate: flag,
    label: words,
    value: words,
  },
  CheckboxGroup: {
    name: v.string(),
    defaultValue: maybe(v.array(v.string())),
    isDisabled: flag,
    onChange: handler,
    options: v.array(p.Choice),
    value: maybe(v.array(v.string())),
  },
  Toggle: {
    ...field,
    defaultChecked: flag,
    isChecked: flag,
    label: text,
    size: oneOf('regular', 'large'),
    value: words,
  },
  RadioGroup: {
    ...field,
    defaultValue: maybe(v.nullable(v.string())),
    options: v.array(p.Choice),
    value: maybe(v.nullable(v.string())),
  },
  Range: { ...field, defaultValue: number, max: number, min: number, step: number, value: number },
  // charts
  BarChart: { ...axes, colorAccessor: maybe(accessor) },
  HorizontalBarChart: { ...axes, colorAccessor: maybe(accessor) },
  StackBarChart: { ...axes, colorAccessor: accessor },
  HorizontalStackBarChart: { ...axes, colorAccessor: accessor },
  LineChart: { ...axes, colorAccessor: maybe(accessor) },
  PieChart: pie,
  DonutChart: { ...pie, innerRadius: number, outerRadius: number },
} as const;

/** A component that the host renders. */
export type Modelled = keyof typeof MODELLED;

/** Components of `@forge/react` that the host refuses by name. */
export const REFUSED = [
  'InlineEdit',
  'Popup',
  'Comment',
  'AdfRenderer',
  'Calendar',
  'DatePicker',
  'TimePicker',
  'FileCard',
  'FilePicker',
  'ProgressTracker',
  'Radio',
  'Pressable',
  'CommentEditor',
  'ChromelessEditor',
  'Tile',
  'AtlassianTile',
  'AtlassianIcon',
  'UserPicker',
  'Frame',
  'UserGroup',
  'Breadcrumbs',
  'BreadcrumbsItem',
  'Pagination',
] as const;

/** Checked props of a modelled component. */
export type PropsOf<K extends Modelled> = (typeof MODELLED)[K] extends infer E extends v.ObjectEntries
  ? v.InferOutput<v.StrictObjectSchema<E, undefined>>
  : never;
