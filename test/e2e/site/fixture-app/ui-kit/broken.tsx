/** An app that throws before it shows anything. */
import React from 'react';
import ForgeReconciler from '@forge/react';

function Broken(): JSX.Element {
  throw new Error('broken on purpose');
}

ForgeReconciler.render(<Broken />);
