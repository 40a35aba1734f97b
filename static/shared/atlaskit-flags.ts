import { setBooleanFeatureFlagResolver } from '@atlaskit/platform-feature-flags';

// Atlaskit asks Atlassian's feature gates, which only Atlassian's own pages have; every gate is off here. Imported first.
setBooleanFeatureFlagResolver(() => false);
