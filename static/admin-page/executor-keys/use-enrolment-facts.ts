import { useEffect, useState } from 'react';
import type { EnrolmentFacts } from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';

/** What an executor is configured with, asked for again when `version` changes. */
export function useEnrolmentFacts(version: string): { facts: EnrolmentFacts | null; problem: string | null } {
  const [facts, setFacts] = useState<EnrolmentFacts | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    const load = async (): Promise<void> => {
      const reply = await adminCall('enrolment-facts', {});
      if (gone) return;
      if (reply.ok) setFacts(reply.value);
      setProblem(reply.ok ? null : reply.error.message);
    };
    void load();
    return () => {
      gone = true;
    };
  }, [version]);
  return { facts, problem };
}
