import React from 'react';
import { Spinner, useProductContext } from '@forge/react';
import { readGadgetConfig } from '#core/compliance/gadget-config';
import { ComplianceView } from './compliance-view';
import { EditForm } from './edit-form';
import { gadgetPlace } from './place';

/** One resource for both views of the gadget. */
export function Gadget() {
  const context = useProductContext();
  if (!context) return <Spinner label="Loading" />;
  const { editing, configuration } = gadgetPlace(context);
  const read = readGadgetConfig(configuration);
  return editing ? <EditForm read={read} /> : <ComplianceView read={read} />;
}
