import { IconButton } from '@atlaskit/button/new';
import StarredIcon from '@atlaskit/icon/core/star-starred';
import UnstarredIcon from '@atlaskit/icon/core/star-unstarred';
import { setFavourite, type Filter } from '../rest/filters';
import { sharesInWords } from '../rest/sharing';
import { Link } from '../routing';
import { useFlags } from '../shell/flags';
import { PersonName } from '../shell/person';

function Star({ filter, onChange }: { readonly filter: Filter; readonly onChange: () => void }) {
  const flags = useFlags();
  const { id, name, favourite } = filter;
  const toggle = async (): Promise<void> => {
    try {
      await setFavourite(id, !favourite);
      onChange();
    } catch (error) {
      flags.refused('The star was not changed', error);
    }
  };
  return (
    <IconButton
      icon={favourite ? StarredIcon : UnstarredIcon}
      label={favourite ? `Remove the star of ${name}` : `Star ${name}`}
      spacing="compact"
      appearance="subtle"
      onClick={() => void toggle()}
    />
  );
}

/** Filters in a table; the name opens the search. */
export function FilterTable(props: { readonly filters: readonly Filter[]; readonly onChange: () => void }) {
  return (
    <div className="table-scroll" role="region" aria-label="Filters" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Star</span>
            </th>
            <th scope="col">Name</th>
            <th scope="col">JQL</th>
            <th scope="col">Owner</th>
            <th scope="col">Shared with</th>
          </tr>
        </thead>
        <tbody>
          {props.filters.map((filter) => (
            <tr key={filter.id}>
              <td>
                <Star filter={filter} onChange={props.onChange} />
              </td>
              <td className="table-name">
                <Link href={`/issues/?filter=${filter.id}`}>{filter.name}</Link>
                {filter.description === '' ? null : <p className="subtle">{filter.description}</p>}
              </td>
              <td className="filter-jql">
                <code>{filter.jql}</code>
              </td>
              <td className="nowrap">
                <PersonName user={filter.owner} none="Nobody" />
              </td>
              <td>{sharesInWords(filter.sharePermissions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
