import { useAdmin } from '../hooks/admin-context';
import { ExecutorFacts } from '../executor-keys/executor-facts';
import { Enrolment } from '../executor-keys/enrolment';

/** Enrolment of the executor, and what is known of it afterwards. */
export function ExecutorSection() {
  const { overview } = useAdmin();
  return overview.executor === null ? <Enrolment /> : <ExecutorFacts executor={overview.executor} />;
}
