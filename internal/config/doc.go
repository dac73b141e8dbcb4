package config

import (
	_ "github.com/alecthomas/kong"
	_ "go.yaml.in/yaml/v3"
)
