import { useState } from 'react';
import Button from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import MenuIcon from '@atlaskit/icon/core/menu';
import { IconButton } from '@atlaskit/button/new';
import { readPages, type AppModule } from '../host-api';
import { readProjects } from '../rest/jira';
import type { Project } from '../rest/shapes';
import { follow, Link, useAddress } from '../routing';
import { useLoad } from '../use-load';
import { CreateDialog } from './create-dialog';
import { useSession } from './session';
import { ThemeMenu } from './theme-menu';
import { UserMenu } from './user-menu';

interface PageLink {
  readonly href: string;
  readonly text: string;
}

function linksOf(
  projects: readonly Project[],
  pages: readonly AppModule[],
  terminal: string | undefined,
): PageLink[] {
  return [
    ...projects.slice(0, 2).map((project) => ({ href: `/projects/${project.key}`, text: project.name })),
    { href: '/issues/', text: 'Search' },
    { href: '/filters', text: 'Filters' },
    { href: '/dashboards', text: 'Dashboards' },
    ...pages.map((page) => ({ href: `/apps/${page.key}`, text: page.title })),
    ...(terminal === undefined ? [] : [{ href: '/__terminal', text: terminal }]),
    { href: '/__inspector', text: 'Inspector' },
  ];
}

function NarrowMenu({ links }: { readonly links: readonly PageLink[] }) {
  return (
    <div className="bar-narrow">
      <DropdownMenu<HTMLButtonElement>
        shouldRenderToParent
        trigger={({ triggerRef, ...props }) => (
          <IconButton {...props} ref={triggerRef} icon={MenuIcon} label="Menu" appearance="subtle" />
        )}
      >
        <DropdownItemGroup>
          {links.map((link) => (
            <DropdownItem
              key={link.href}
              href={link.href}
              onClick={(event) => 'button' in event && follow(event, link.href)}
            >
              {link.text}
            </DropdownItem>
          ))}
        </DropdownItemGroup>
      </DropdownMenu>
    </div>
  );
}

/** The bar at the top of every page. */
export function TopBar() {
  const { site, me, terminal } = useSession();
  const address = useAddress();
  const projects = useLoad('projects', readProjects).data ?? [];
  const [creating, setCreating] = useState(false);
  const pages = useLoad(`pages ${me.accountId}`, readPages).data ?? [];
  const links = linksOf(projects, pages, terminal);
  const here = (href: string): boolean => address.startsWith(href);
  return (
    <header className="bar">
      <NarrowMenu links={links} />
      <Link className="bar-site" href={projects[0] ? `/projects/${projects[0].key}` : '/'}>
        <span aria-hidden="true" className="bar-logo" />
        {site.name}
      </Link>
      <nav className="bar-links" aria-label="Site">
        {links.map((link) => (
          <Link
            key={link.href}
            href={link.href}
            {...(here(link.href) ? { 'aria-current': 'page' as const } : {})}
          >
            {link.text}
          </Link>
        ))}
      </nav>
      <div className="bar-actions">
        <Button appearance="primary" isDisabled={projects.length === 0} onClick={() => setCreating(true)}>
          Create
        </Button>
        <ThemeMenu />
        <UserMenu />
      </div>
      {creating ? <CreateDialog projects={projects} onClose={() => setCreating(false)} /> : null}
    </header>
  );
}
