import type { Inspection } from './shape';
import { Table } from './table';

/** What waits to be delivered, and the addresses by which the outside reaches the app. */
export function QueueTab({ data }: { readonly data: Inspection }) {
  return (
    <>
      <h2>Waiting and running deliveries</h2>
      <Table
        label="Deliveries"
        empty="Nothing waits."
        head={['Kind', 'Module', 'Due', 'Retries', 'Why', 'Payload']}
        rows={data.deliveries.map((delivery) => ({
          key: delivery.id,
          cells: [
            delivery.kind,
            delivery.moduleKey,
            new Date(delivery.dueAt).toISOString().slice(11, 19),
            delivery.retryCount,
            delivery.retryReason ?? '',
            <code className="log-text" key="payload">
              {JSON.stringify(delivery.payload).slice(0, 400)}
            </code>,
          ],
        }))}
      />
      <h2>Web triggers and remotes</h2>
      <Table
        label="Addresses"
        empty="None."
        head={['Name', 'Address']}
        rows={[
          ...data.webTriggers.map((one) => ({ key: one.path, cells: [one.moduleKey, one.path] })),
          ...Object.entries(data.remotes).map(([key, url]) => ({
            key,
            cells: [`remote ${key}`, url ?? 'not set'],
          })),
        ]}
      />
    </>
  );
}
