// CNI plugins under the names of Calico's own, calico and calico-ipam: they look at what Calico's look at first
// and complain in its words, then leave the work to CNI's ptp and host-local. What is made is written on the Pod at
// once, as Calico does since a kubelet takes a second to tell it (projectcalico/libcalico-go pull request 709).
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	annotation         = "cni.projectcalico.org/podIP"
	clusterInformation = "/apis/crd.projectcalico.org/v1/clusterinformations/default"
	dialTimeout        = 30 * time.Second // client-go's, which the real plugin asks with
	annotateTimeout    = 2 * time.Second
)

type request struct {
	Version    string          `json:"cniVersion"`
	Name       string          `json:"name"`
	MTU        int             `json:"mtu"`
	Nodename   string          `json:"nodename_file"`
	Kubeconfig string          `json:"kubeconfig"`
	IPAM       json.RawMessage `json:"ipam"`
}

type result struct {
	IPs []struct {
		Address string `json:"address"`
	} `json:"ips"`
}

type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			Server    string `json:"server"`
			Authority []byte `json:"certificate-authority-data"`
		} `json:"cluster"`
	} `json:"clusters"`
	Users []struct {
		User struct {
			Token string `json:"token"`
		} `json:"user"`
	} `json:"users"`
}

func main() {
	command := os.Getenv("CNI_COMMAND")
	if command == "VERSION" {
		fmt.Println(`{"cniVersion":"0.3.1","supportedVersions":["0.3.0","0.3.1","0.4.0"]}`)
		return
	}
	if filepath.Base(os.Args[0]) == "calico-ipam" {
		become("host-local")
	}
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	if command != "ADD" {
		delegate(asked)
		return
	}
	api, err := ready(asked)
	if err != nil {
		fail(err)
	}
	made := delegate(asked)
	// The Pod has its network by now; that nobody may know its address yet is no reason to refuse it.
	if err := annotate(api, made); err != nil {
		fmt.Fprintln(os.Stderr, "calico: the Pod's address was not written on it:", err)
	}
}

func fail(problem error) {
	json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": "0.3.1", "code": 999, "msg": problem.Error()})
	os.Exit(1)
}

// find looks for another plugin where the runtime looks (libcni's pkg/invoke/find.go).
func find(plugin string) string {
	paths := filepath.SplitList(os.Getenv("CNI_PATH"))
	for _, folder := range paths {
		path := filepath.Join(folder, plugin)
		if found, err := os.Stat(path); err == nil && found.Mode().IsRegular() {
			return path
		}
	}
	fail(fmt.Errorf("failed to find plugin %q in path %s", plugin, paths))
	return ""
}

func become(plugin string) {
	path := find(plugin)
	fail(syscall.Exec(path, []string{path}, os.Environ()))
}

// delegate has ptp do the work and hands on what it says; without success it ends the program.
func delegate(asked request) []byte {
	wanted, _ := json.Marshal(map[string]any{
		"cniVersion": asked.Version, "name": asked.Name, "type": "ptp",
		"mtu": asked.MTU, "ipMasq": false, "ipam": asked.IPAM,
	})
	worker := exec.Command(find("ptp"))
	worker.Stdin, worker.Stderr = bytes.NewReader(wanted), os.Stderr
	said, err := worker.Output()
	os.Stdout.Write(said)
	if err != nil {
		os.Exit(1)
	}
	return said
}

// ready is what Calico's plugin asks before it does anything (cni-plugin v3.17.3 pkg/plugin/plugin.go:136,171).
func ready(asked request) (*api, error) {
	if _, err := os.Stat(asked.Nodename); err != nil {
		return nil, fmt.Errorf("%v: check that the calico/node container is running and has mounted /var/lib/calico/", err)
	}
	found, err := open(asked.Kubeconfig)
	if err != nil {
		return nil, err
	}
	if err := found.send(http.MethodGet, clusterInformation, nil, 0); err != nil {
		return nil, fmt.Errorf("error getting ClusterInformation: %v", err)
	}
	return found, nil
}

type api struct {
	server, token string
	client        *http.Client
}

func open(path string) (*api, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var config kubeconfig
	if err := json.Unmarshal(content, &config); err != nil || len(config.Clusters) == 0 || len(config.Users) == 0 {
		return nil, fmt.Errorf("%s names no cluster and user: %v", path, err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(config.Clusters[0].Cluster.Authority)
	transport := &http.Transport{
		DialContext:     (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig: &tls.Config{RootCAs: authorities},
	}
	client := &http.Client{Transport: transport}
	return &api{config.Clusters[0].Cluster.Server, config.Users[0].User.Token, client}, nil
}

func annotate(found *api, made []byte) error {
	var parsed result
	if err := json.Unmarshal(made, &parsed); err != nil || len(parsed.IPs) == 0 {
		return fmt.Errorf("no address in the result of ptp: %v", err)
	}
	address, _, _ := strings.Cut(parsed.IPs[0].Address, "/")
	patch, _ := json.Marshal(map[string]any{
		"metadata": map[string]any{"annotations": map[string]string{annotation: address + "/32"}},
	})
	namespace, pod := argument("K8S_POD_NAMESPACE"), argument("K8S_POD_NAME")
	path := fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/status", namespace, pod)
	return found.send(http.MethodPatch, path, patch, annotateTimeout)
}

func (found *api) send(method, path string, body []byte, limit time.Duration) error {
	asked, err := http.NewRequest(method, found.server+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	asked.Header.Set("Content-Type", "application/merge-patch+json")
	asked.Header.Set("Authorization", "Bearer "+found.token)
	found.client.Timeout = limit
	answer, err := found.client.Do(asked)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if answer.StatusCode != http.StatusOK {
		return refusal(answer.StatusCode, said)
	}
	return nil
}

// refusal speaks as libcalico-go v3.17 does (lib/backend/k8s/resources/errors.go, lib/errors/errors.go).
func refusal(status int, body []byte) error {
	var said struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &said); said.Message == "" {
		said.Message = http.StatusText(status)
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("connection is unauthorized: %s", said.Message)
	case http.StatusNotFound:
		return fmt.Errorf("resource does not exist: ClusterInformation(default) with error: %s", said.Message)
	}
	return fmt.Errorf("%s", said.Message)
}

// argument returns what the runtime says of the Pod: CNI_ARGS is "NAME=value;NAME=value".
func argument(name string) string {
	for _, pair := range strings.Split(os.Getenv("CNI_ARGS"), ";") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}
