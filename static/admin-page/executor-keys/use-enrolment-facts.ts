import type { EnrolmentFacts } from '#core/panel/admin-contract';
import { type Answer, useAnswer } from '../../shared/use-answer';
import { adminCall } from '../bridge/admin-call';

const question = () => adminCall('enrolment-facts', {});

/** What an executor is configured with, asked for again when `version` changes. */
export function useEnrolmentFacts(version: string): Answer<EnrolmentFacts> {
  return useAnswer(question, version);
}
