import AddIcon from '@atlaskit/icon/core/add';
import ArrowDownIcon from '@atlaskit/icon/core/arrow-down';
import ArrowRightIcon from '@atlaskit/icon/core/arrow-right';
import ArrowUpIcon from '@atlaskit/icon/core/arrow-up';
import CalendarIcon from '@atlaskit/icon/core/calendar';
import CheckCircleIcon from '@atlaskit/icon/core/check-circle';
import CheckMarkIcon from '@atlaskit/icon/core/check-mark';
import ChevronDownIcon from '@atlaskit/icon/core/chevron-down';
import ChevronRightIcon from '@atlaskit/icon/core/chevron-right';
import ClockIcon from '@atlaskit/icon/core/clock';
import CrossCircleIcon from '@atlaskit/icon/core/cross-circle';
import CrossIcon from '@atlaskit/icon/core/cross';
import DatabaseIcon from '@atlaskit/icon/core/database';
import DeleteIcon from '@atlaskit/icon/core/delete';
import EditIcon from '@atlaskit/icon/core/edit';
import FilterIcon from '@atlaskit/icon/core/filter';
import InformationIcon from '@atlaskit/icon/core/information';
import LinkExternalIcon from '@atlaskit/icon/core/link-external';
import LinkIcon from '@atlaskit/icon/core/link';
import LockLockedIcon from '@atlaskit/icon/core/lock-locked';
import PersonIcon from '@atlaskit/icon/core/person';
import QuestionCircleIcon from '@atlaskit/icon/core/question-circle';
import RefreshIcon from '@atlaskit/icon/core/refresh';
import SearchIcon from '@atlaskit/icon/core/search';
import SettingsIcon from '@atlaskit/icon/core/settings';
import ShieldIcon from '@atlaskit/icon/core/shield';
import StatusDiscoveryIcon from '@atlaskit/icon/core/status-discovery';
import StatusErrorIcon from '@atlaskit/icon/core/status-error';
import StatusInformationIcon from '@atlaskit/icon/core/status-information';
import StatusSuccessIcon from '@atlaskit/icon/core/status-success';
import StatusWarningIcon from '@atlaskit/icon/core/status-warning';
import SuccessIcon from '@atlaskit/icon/core/success';
import WarningIcon from '@atlaskit/icon/core/warning';
import { Refused } from './nodes';
import { tokenCss } from './tokens';

/** The glyphs that are drawn; `@atlaskit/icon` has hundreds, and each would be shipped. */
const GLYPHS: Readonly<Record<string, typeof AddIcon>> = {
  add: AddIcon,
  'arrow-down': ArrowDownIcon,
  'arrow-right': ArrowRightIcon,
  'arrow-up': ArrowUpIcon,
  calendar: CalendarIcon,
  'check-circle': CheckCircleIcon,
  'check-mark': CheckMarkIcon,
  'chevron-down': ChevronDownIcon,
  'chevron-right': ChevronRightIcon,
  clock: ClockIcon,
  cross: CrossIcon,
  'cross-circle': CrossCircleIcon,
  database: DatabaseIcon,
  delete: DeleteIcon,
  edit: EditIcon,
  filter: FilterIcon,
  information: InformationIcon,
  link: LinkIcon,
  'link-external': LinkExternalIcon,
  'lock-locked': LockLockedIcon,
  person: PersonIcon,
  'question-circle': QuestionCircleIcon,
  refresh: RefreshIcon,
  search: SearchIcon,
  settings: SettingsIcon,
  shield: ShieldIcon,
  'status-discovery': StatusDiscoveryIcon,
  'status-error': StatusErrorIcon,
  'status-information': StatusInformationIcon,
  'status-success': StatusSuccessIcon,
  'status-warning': StatusWarningIcon,
  success: SuccessIcon,
  warning: WarningIcon,
};

const refusal = (name: string): string => `UI Kit glyph ${name} is not modelled by the local host`;

/** One glyph. */
export function Glyph(props: {
  readonly name: string;
  readonly label: string;
  readonly size: 'small' | 'medium';
  readonly color: string | undefined;
}) {
  const { name, label, size, color } = props;
  const Found = GLYPHS[name];
  if (!Found) return <Refused text={refusal(name)} />;
  return (
    <Found
      label={label}
      size={size}
      color={color === undefined ? 'currentColor' : (tokenCss(color) as 'currentColor')}
    />
  );
}

type ButtonIcon = () => JSX.Element;
const buttonIcons = new Map<string, ButtonIcon>();

/** A glyph as a component, which is what a button wants; the same name gives the same component. */
export function buttonIcon(name: string): ButtonIcon {
  const known = buttonIcons.get(name);
  if (known !== undefined) return known;
  const made: ButtonIcon = () => <Glyph name={name} label="" size="small" color={undefined} />;
  buttonIcons.set(name, made);
  return made;
}
