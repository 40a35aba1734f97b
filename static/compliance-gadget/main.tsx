import React from 'react';
import ForgeReconciler, { Text } from '@forge/react';

ForgeReconciler.render(
  <React.StrictMode>
    <Text>Query Change compliance</Text>
  </React.StrictMode>,
);
