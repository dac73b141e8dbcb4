package store

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	tokenColumns = `t.id, t.organization, t.name, t.access, u.id, CASE WHEN u.user_key IS NOT NULL THEN u.user_name ELSE '' END, t.errors_as_200,
	t.created_at, t.expires_at, t.revoked_at, t.last_used_at, t.last_used_from, t.last_used_face`

	tokenUser   = ` FROM tokens t LEFT JOIN users u ON u.organization = t.organization AND u.number = t.user_number`
	tokenGroups = ` JOIN token_groups tg ON tg.organization = t.organization AND tg.token_id = t.id
	JOIN groups g ON g.organization = tg.organization AND g.number = tg.group_number`
	tokenByHash = ` WHERE t.token_hash = $1`
)

// tokenTargets returns the Scan targets of tokenColumns.
func tokenTargets(t *roster.Token, org *int64) []any {
	return []any{
		(*string)(&t.ID), org, &t.Name, (*string)(&t.Access),
		optional{(*string)(&t.UserID)},
		&t.UserName, &t.ErrorsAs200,
		instant{&t.CreatedAt},
		instant{&t.ExpiresAt},
		instant{&t.RevokedAt},
		instant{&t.LastUsedAt},
		&t.LastUsedFrom, (*string)(&t.LastUsedFace),
	}
}

// tokensOf returns a function that reads a token of the organization.
func tokensOf(org roster.OrganizationID) func(scanner) (roster.Token, error) {
	return func(r scanner) (t roster.Token, err error) {
		var number int64
		err = r.Scan(tokenTargets(&t, &number)...)
		t.OrganizationID = org
		return t, err
	}
}

// TokenByHash implements directory.CredentialTx.
func (t *tx) TokenByHash(hash string) (roster.Token, roster.Account, error) {
	const (
		columns = `SELECT ` + tokenColumns + `, ` + accountColumns
		text    = columns + roleGrantColumns + `, 0, ''` + tokenUser + roleGrants + tokenByHash +
			` UNION ALL ` + columns + levelGrantColumns + `, 0, ''` + tokenUser + levelGrants + tokenByHash +
			` UNION ALL ` + columns + `, CASE WHEN g.name_key IS NULL THEN 'group that is gone' ELSE 'group' END, g.id, '', g.number, g.name` +
			tokenUser + tokenGroups + tokenByHash
	)
	var token roster.Token
	var a grantedAccount
	var group roster.GroupLink
	gone := false // a group that the token is limited to was deleted
	var org int64
	to := append(tokenTargets(&token, &org), a.targets()...)
	to = append(to, groupNumber{&group.Number}, &group.Name)
	err := t.each("read token", text, []any{digest(hash)}, func(r scanner) error {
		err := r.Scan(to...)
		a.add()
		if a.grant == "group" {
			group.ID = a.group
			token.Groups = append(token.Groups, group)
		}
		gone = gone || a.grant == "group that is gone"
		return err
	})
	if err != nil {
		return roster.Token{}, roster.Account{}, err
	}
	// A limited token that has lost all its groups would read as an unlimited one.
	if token.ID == "" || gone && len(token.Groups) == 0 {
		return roster.Token{}, roster.Account{}, missing("token")
	}
	if token.OrganizationID, err = t.orgID(org); err != nil {
		return roster.Token{}, roster.Account{}, err
	}
	sortLinks(token.Groups)
	if a.UserID == "" {
		return token, roster.Account{}, nil
	}
	a.OrganizationID = token.OrganizationID
	return token, a.account(), nil
}

// sortLinks sorts groups by number.
func sortLinks(links []roster.GroupLink) {
	slices.SortFunc(links, func(a, b roster.GroupLink) int { return cmp.Compare(a.Number, b.Number) })
}

// InsertToken implements directory.CredentialTx.
func (t *tx) InsertToken(token roster.Token, key, hash string) error {
	const (
		insert = `INSERT INTO tokens (id, organization, name, name_key, token_hash, access, errors_as_200,
	created_at, expires_at, revoked_at, last_used_at, last_used_from, last_used_face, user_number) `
		values = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13`
		ofAll  = insert + `VALUES (` + values + `, NULL)`
		ofUser = insert + `SELECT ` + values + `, number FROM users WHERE organization = $2 AND id = $14` // none for a user who is not there
	)
	args := []any{
		uid(token.ID), t.org(token.OrganizationID), token.Name, orNull(key), digest(hash), string(token.Access), token.ErrorsAs200,
		micros(token.CreatedAt), micros(token.ExpiresAt), micros(token.RevokedAt),
		micros(token.LastUsedAt), token.LastUsedFrom, string(token.LastUsedFace),
	}
	text := ofAll
	if token.UserID != "" {
		text, args = ofUser, append(args, uid(token.UserID))
	}
	if err := t.mustChange("user", "insert token", text, args...); err != nil {
		return err
	}
	const groups = `INSERT INTO token_groups (organization, token_id, group_number) VALUES`
	var rows []any
	for _, g := range token.Groups {
		rows = append(rows, t.org(token.OrganizationID), uid(token.ID), uid(g.ID))
	}
	return t.insertRows("insert groups of token", groups, rowOfGroup, rows)
}

// Tokens implements directory.CredentialTx.
func (t *tx) Tokens(org roster.OrganizationID, q directory.TokenQuery) (directory.Rows[roster.Token], error) {
	rows, err := list(t, listing[roster.Token]{
		noun: "tokens", columns: tokenColumns, scan: tokensOf(org),
		from: func(b *query) error {
			b.add(tokenUser)
			b.where("t.organization = ?", t.org(org))
			if !q.Revoked {
				b.where("t.revoked_at = 0")
			}
			return nil
		},
		order: byID("t.id", false, q.After), limit: q.Limit, count: q.Count,
	})
	if err != nil {
		return rows, err
	}
	return rows, t.loadTokenGroups(org, rows.Records)
}

// HasToken implements directory.CredentialTx.
func (t *tx) HasToken(org roster.OrganizationID, user roster.UserID) (bool, error) {
	const text = `SELECT 1 FROM tokens WHERE organization = $1
	AND user_number = ` + numberOfUser + ` AND revoked_at = 0 LIMIT 1`
	var one int64
	return t.one("find token of user", text, []any{t.org(org), uid(user)}, &one)
}

// loadTokenGroups sets the groups of tokens. The tokens must be sorted by id.
func (t *tx) loadTokenGroups(org roster.OrganizationID, tokens []roster.Token) error {
	const text = `SELECT tg.token_id, g.id, g.number, g.name FROM token_groups tg
	JOIN groups g ON g.organization = tg.organization AND g.number = tg.group_number
	WHERE tg.organization = $1 AND tg.token_id BETWEEN $2 AND $3`
	if len(tokens) == 0 {
		return nil
	}
	args := []any{t.org(org), uid(tokens[0].ID), uid(tokens[len(tokens)-1].ID)}
	err := t.each("read groups of tokens", text, args, func(r scanner) error {
		var id roster.TokenID
		var g roster.GroupLink
		err := r.Scan((*string)(&id), (*string)(&g.ID), groupNumber{&g.Number}, &g.Name)
		i, found := slices.BinarySearchFunc(tokens, id, func(t roster.Token, id roster.TokenID) int { return cmp.Compare(t.ID, id) })
		if found {
			tokens[i].Groups = append(tokens[i].Groups, g)
		}
		return err
	})
	for i := range tokens {
		sortLinks(tokens[i].Groups)
	}
	return err
}

// FindToken implements directory.CredentialTx.
func (t *tx) FindToken(org roster.OrganizationID, ref roster.Ref) (roster.Token, error) {
	const text = `SELECT ` + tokenColumns + tokenUser + `
	WHERE t.organization = $1 AND (t.id = $2 OR t.name_key = $3) AND t.name_key IS NOT NULL`
	found, err := collect(t, "find token", text, []any{t.org(org), uid(ref.ID), directory.Fold(ref.Name)}, tokensOf(org))
	if err != nil {
		return roster.Token{}, err
	}
	if len(found) == 0 {
		return roster.Token{}, missing("token")
	}
	token := found[max(0, slices.IndexFunc(found, func(t roster.Token) bool { return string(t.ID) == ref.ID }))]
	one := []roster.Token{token}
	err = t.loadTokenGroups(org, one)
	return one[0], err
}

// RevokeToken implements directory.CredentialTx. Errors: NotFound, also for a revoked token.
func (t *tx) RevokeToken(org roster.OrganizationID, id roster.TokenID, at time.Time) error {
	const text = `UPDATE tokens SET revoked_at = $3, name_key = NULL WHERE organization = $1 AND id = $2 AND revoked_at = 0`
	return t.mustChange("token", "revoke token", text, t.org(org), uid(id), micros(at))
}

// TouchTokens implements directory.CredentialTx. It ignores a use that is older than the stored
// one.
func (t *tx) TouchTokens(uses []roster.TokenUse) error {
	const text = `UPDATE tokens SET last_used_at = $2, last_used_from = $3, last_used_face = $4 WHERE id = $1 AND last_used_at < $2`
	// Always in the same order: two transactions that touch the same tokens must not deadlock.
	ordered := slices.Clone(uses)
	sort.Slice(ordered, func(i, j int) bool { return ordered[i].ID < ordered[j].ID })
	for _, use := range ordered {
		if _, err := t.exec("touch token", text, uid(use.ID), micros(use.At), use.From, string(use.Face)); err != nil {
			return err
		}
	}
	return nil
}
