import { createContext, useContext } from 'react';
import type { AdminOverview } from '#core/panel/admin-contract';
import type { StepBoard } from './use-step-board';

/** What every tab works on. */
export interface Admin {
  readonly overview: AdminOverview;
  /** Shows an overview that a call has returned. */
  readonly show: (overview: AdminOverview) => void;
  /** Asks for the overview again. */
  readonly refresh: () => Promise<void>;
  readonly board: StepBoard;
}

export const AdminContext = createContext<Admin | null>(null);

/** The page's state; only below its provider. */
export function useAdmin(): Admin {
  const admin = useContext(AdminContext);
  if (admin === null) throw new Error('used outside the admin page');
  return admin;
}
