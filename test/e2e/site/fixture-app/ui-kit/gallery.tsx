/** Every UI Kit component that the local host models, and something to press for each. */
import React, { useEffect, useState } from 'react';
import ForgeReconciler, {
  Badge,
  Bleed,
  Box,
  Button,
  ButtonGroup,
  Code,
  CodeBlock,
  Em,
  EmptyState,
  Heading,
  Icon,
  Image,
  Inline,
  LinkButton,
  Link,
  List,
  ListItem,
  LoadingButton,
  Lozenge,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  ModalTitle,
  ModalTransition,
  ProgressBar,
  SectionMessage,
  SectionMessageAction,
  Spinner,
  Stack,
  Strike,
  Strong,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  Tag,
  TagGroup,
  Text,
  Tooltip,
  User,
  useTheme,
  xcss,
} from '@forge/react';
import { invoke, router, showFlag, view } from '@forge/bridge';
import { Charts } from './charts';
import { Fields } from './fields';
import { Tables } from './tables';

const PIXEL =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"%3E%3Crect width="8" height="8" fill="%23357DE8"/%3E%3C/svg%3E';

const card = xcss({
  backgroundColor: 'elevation.surface.raised',
  borderColor: 'color.border',
  borderRadius: 'radius.small',
  borderStyle: 'solid',
  borderWidth: 'border.width',
  padding: 'space.200',
});

function Marks() {
  return (
    <Stack space="space.100">
      <Inline space="space.100" alignBlock="center" shouldWrap>
        <Badge appearance="important">{120}</Badge>
        <Badge>7</Badge>
        <Lozenge appearance="success">Succeeded</Lozenge>
        <Lozenge appearance="removed" isBold>
          Failed
        </Lozenge>
        <Icon glyph="warning" label="Careful" color="color.icon.warning" />
        <User accountId="u-dana" />
        <User accountId="u-olu" hideDisplayName />
        <Image src={PIXEL} alt="A blue square" width={24} height={24} />
      </Inline>
      <TagGroup>
        <Tag text="payments" color="blue" />
        <Tag text="removable" isRemovable removeButtonLabel="Remove" />
      </TagGroup>
    </Stack>
  );
}

function Words() {
  return (
    <Stack space="space.100">
      <Heading as="h2" size="medium">
        Words
      </Heading>
      <Text>
        Plain, <Strong>strong</Strong>, <Em>stressed</Em>, <Strike>gone</Strike>, <Code>SELECT 1</Code> and{' '}
        <Link href="/issues/">a link to the search</Link>.
      </Text>
      <Text size="small" color="color.text.subtle" weight="medium">
        Small and subtle, with <Text as="strong">a text inside</Text>
      </Text>
      <List type="ordered">
        <ListItem>First</ListItem>
        <ListItem>Second</ListItem>
      </List>
      <CodeBlock language="sql" text={'UPDATE accounts\nSET active = false;'} />
      <Bleed inline="space.050">
        <Text>Over the edge</Text>
      </Bleed>
    </Stack>
  );
}

function Messages({ say }: { readonly say: (text: string) => void }) {
  return (
    <Stack space="space.150">
      <SectionMessage
        appearance="warning"
        title="Watch out"
        actions={[
          <SectionMessageAction key="ok" onClick={() => say('Message answered')}>
            Understood
          </SectionMessageAction>,
        ]}
      >
        <Text>Something needs you.</Text>
      </SectionMessage>
      <EmptyState
        header="Nothing here"
        headingLevel={3}
        description="Add something first."
        primaryAction={<Button onClick={() => say('Empty answered')}>Add one</Button>}
      />
      <Inline space="space.200" alignBlock="center">
        <Spinner size="small" label="Working" />
        <Box xcss={{ width: '120px' }}>
          <ProgressBar value={0.4} ariaLabel="Progress of the run" />
        </Box>
        <Tooltip content="More about it">
          <Button>Hover me</Button>
        </Tooltip>
      </Inline>
    </Stack>
  );
}

function throwAtOnce(): void {
  throw new Error('thrown on purpose');
}

function Actions({ say }: { readonly say: (text: string) => void }) {
  const [count, setCount] = useState(0);
  const [isOpen, setOpen] = useState(false);
  return (
    <Stack space="space.100">
      <Inline space="space.100" shouldWrap>
        <ButtonGroup label="Actions">
          <Button appearance="primary" iconBefore="add" onClick={() => setCount(count + 1)}>
            Counted {count}
          </Button>
          <Button onClick={() => setOpen(true)}>Open dialog</Button>
          <LoadingButton isLoading={count === 1} onClick={() => say('Loaded')}>
            Load
          </LoadingButton>
        </ButtonGroup>
        <Button
          onClick={() =>
            showFlag({
              id: 'gallery',
              title: 'From UI Kit',
              type: 'success',
              isAutoDismiss: false,
              actions: [],
            })
          }
        >
          Show flag
        </Button>
        <Button appearance="subtle" onClick={() => void invoke('refuse')}>
          Fail
        </Button>
        <Button appearance="subtle" onClick={throwAtOnce}>
          Throw
        </Button>
        <Button onClick={() => void router.navigate('/issues/')}>Leave</Button>
        <LinkButton href="/projects/DB">Project</LinkButton>
      </Inline>
      <ModalTransition>
        {isOpen ? (
          <Modal onClose={() => setOpen(false)}>
            <ModalHeader>
              <ModalTitle>A dialog</ModalTitle>
            </ModalHeader>
            <ModalBody>
              <Text>Inside the dialog</Text>
            </ModalBody>
            <ModalFooter>
              <Button
                onClick={() => {
                  setOpen(false);
                  say('Dialog closed');
                }}
              >
                Done
              </Button>
            </ModalFooter>
          </Modal>
        ) : null}
      </ModalTransition>
    </Stack>
  );
}

function Gallery() {
  const [said, say] = useState('Nothing yet');
  const [who, setWho] = useState('');
  const theme = useTheme();
  useEffect(() => {
    void (async () => {
      const { accountId, moduleKey } = await view.getContext();
      setWho(`${moduleKey} for ${accountId ?? 'nobody'}`);
    })();
  }, []);
  return (
    <Stack space="space.300">
      <Inline spread="space-between" space="space.200" alignBlock="center">
        <Text>Said: {said}</Text>
        <Text>{who}</Text>
        <Text>Theme: {theme?.colorMode}</Text>
      </Inline>
      <Box xcss={card}>
        <Marks />
      </Box>
      <Words />
      <Messages say={say} />
      <Actions say={say} />
      <Tabs id="parts">
        <TabList>
          <Tab>Form</Tab>
          <Tab>Table</Tab>
          <Tab>Charts</Tab>
        </TabList>
        <TabPanel>
          <Fields say={say} />
        </TabPanel>
        <TabPanel>
          <Tables say={say} />
        </TabPanel>
        <TabPanel>
          <Charts />
        </TabPanel>
      </Tabs>
    </Stack>
  );
}

ForgeReconciler.render(
  <React.StrictMode>
    <Gallery />
  </React.StrictMode>,
);
