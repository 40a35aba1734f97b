import type { GroupState } from '#core/panel/admin-contract';
import { count } from '../../shared/format';

/** A group, how many people are in it, and what is wrong with it. */
export function GroupWords({ state }: { state: GroupState }) {
  return (
    <>
      <strong>{state.group.name}</strong>
      {state.members !== null && `, ${count(state.members, 'person', 'people')}`}
      {state.problem !== null && <p className="qc-danger">{state.problem}</p>}
    </>
  );
}
