import Button from '@atlaskit/button/new';
import { useEffect, useState, type FormEvent } from 'react';
import { addressProblem, readExecutorAddress, setExecutorAddress } from '../bridge/executor-address';
import { Field } from '../components/field';
import { Problem } from '../components/messages';

/** The executor's address on the site: known, known to be missing, or unknown because the site does not say. */
export type Address = { readonly known: true; readonly url: string | null } | { readonly known: false };

/** Reads the address once, and again after it was set. */
export function useExecutorAddress(): { address: Address; reread: () => Promise<void> } {
  const [address, setAddress] = useState<Address>({ known: false });
  const reread = async (): Promise<void> => {
    const read: Address = await readExecutorAddress().then(
      (url) => ({ known: true as const, url }),
      () => ({ known: false as const }),
    );
    setAddress(read);
  };
  useEffect(() => void reread(), []);
  return { address, reread };
}

/** Sets the executor's address through the site's own dialog. */
export function ExecutorAddress(props: {
  readonly address: Address;
  readonly onSet: () => Promise<void>;
  readonly isNext: boolean;
}) {
  const { address } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const current = address.known ? address.url : null;
  const value = typed ?? current ?? '';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wrong = addressProblem(value.trim());
    setComplaint(wrong);
    setRefusal(null);
    if (wrong !== null) return;
    setBusy(true);
    const refused = await setExecutorAddress(value.trim());
    setBusy(false);
    setRefusal(refused);
    if (refused !== null) return;
    setTyped(null);
    await props.onSet();
  };
  return (
    <form className="qc-stack-tight" noValidate onSubmit={(event) => void submit(event)} aria-label="Address">
      <Field
        label="Address of the executor"
        type="url"
        value={value}
        onChange={setTyped}
        problem={complaint}
        isDisabled={busy}
        placeholder="https://executor.example.com"
        help="Jira calls it over HTTPS from Atlassian's network, and asks you to allow it in a dialog of its own."
      />
      <Problem text={refusal} />
      <div className="qc-row">
        <Button type="submit" appearance={props.isNext ? 'primary' : 'default'} isLoading={busy}>
          {current === null ? 'Set the address' : 'Set another address'}
        </Button>
        <span className="qc-small qc-subtle" role="status">
          {said(address)}
        </span>
      </div>
    </form>
  );
}

function said(address: Address): string {
  if (!address.known) return 'Jira does not say which address is set.';
  return address.url === null ? 'No address is set.' : `Set to ${address.url}`;
}
