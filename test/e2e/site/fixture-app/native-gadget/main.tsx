/** A UI Kit gadget: one resource for its view and its edit view. */
import React, { useState } from 'react';
import ForgeReconciler, {
  Button,
  Form,
  FormFooter,
  Label,
  Link,
  Stack,
  Text,
  Textfield,
  useProductContext,
} from '@forge/react';
import { view } from '@forge/bridge';

interface Extension {
  readonly entryPoint: string;
  readonly gadgetConfiguration?: { readonly period?: string };
}

function Edit({ saved }: { readonly saved: string }) {
  const [period, setPeriod] = useState(saved);
  return (
    <Form onSubmit={() => view.submit({ period })}>
      <Label labelFor="period">Period</Label>
      <Textfield id="period" value={period} onChange={(event) => setPeriod(String(event.target.value))} />
      <FormFooter>
        <Button onClick={() => void view.close()}>Leave</Button>
        <Button type="submit" appearance="primary">
          Keep
        </Button>
      </FormFooter>
    </Form>
  );
}

function Gadget() {
  const context = useProductContext();
  if (!context) return <Text>Loading</Text>;
  const { entryPoint, gadgetConfiguration } = context.extension as unknown as Extension;
  const period = gadgetConfiguration?.period ?? '';
  if (entryPoint === 'edit') return <Edit saved={period} />;
  return (
    <Stack>
      <Text>Period: {period === '' ? 'all time' : period}</Text>
      <Link href="/issues/?jql=project%20%3D%20DB">Every issue of DB</Link>
    </Stack>
  );
}

ForgeReconciler.render(
  <React.StrictMode>
    <Gadget />
  </React.StrictMode>,
);
