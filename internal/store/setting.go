package store

// Setting implements directory.SettingTx.
func (t *tx) Setting(name string) (value string, found bool, err error) {
	const text = `SELECT value FROM settings WHERE name = $1`
	found, err = t.one("read setting", text, []any{name}, &value)
	return value, found, err
}

// PutSetting implements directory.SettingTx.
func (t *tx) PutSetting(name, value string) error {
	const text = `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
	_, err := t.exec("put setting", text, name, value)
	return err
}
