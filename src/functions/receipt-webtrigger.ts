import * as v from 'valibot';
import { maxDeliveryBytes } from '#core/limits';
import { ReceiptDelivery } from '#core/protocol/receipt';
import { acceptDelivery } from '../app/accept-receipt';
import { composePorts } from '../forge/compose';

/** Static outputs declared in the manifest; the executor retries on `try-again` and stops on the others. */
type Output = { readonly outputKey: 'accepted' | 'refused' | 'try-again' };

const Request = v.object({ method: v.string(), body: v.optional(v.string(), '') });

/**
 * Web trigger for receipts. The URL is public: nothing is believed but a signature under the enrolled executor's key,
 * and size and shape are judged before any storage is read.
 */
export async function receiptWebtrigger(request: unknown): Promise<Output> {
  const parsed = v.safeParse(Request, request);
  if (!parsed.success || parsed.output.method !== 'POST') return { outputKey: 'refused' };
  if (parsed.output.body.length > maxDeliveryBytes) return { outputKey: 'refused' };
  const delivery = parseDelivery(parsed.output.body);
  if (!delivery) return { outputKey: 'refused' };
  const ports = composePorts();
  try {
    const accepted = await acceptDelivery(ports, delivery);
    if (!accepted.ok) ports.log('receipt refused', { code: accepted.error });
    return { outputKey: accepted.ok ? 'accepted' : 'refused' };
  } catch (error) {
    ports.log('receipt failed', { error: String(error) });
    return { outputKey: 'try-again' };
  }
}

function parseDelivery(body: string): ReceiptDelivery | undefined {
  try {
    const parsed = v.safeParse(ReceiptDelivery, JSON.parse(body));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
